"""A recording becomes words: fetched, looked at, cut, heard side by side, joined.

Imported when first used: FFmpeg and NumPy take 40 MiB.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from bot.errors import ParleyError, Refused
from bot.events import Attachment
from bot.media.loudness import loudness
from bot.media.pieces import Piece, pieces
from bot.media.probing import Sound, probe
from bot.media.speakers import Named, named
from bot.media.transcripts import join
from bot.openai.transcription_types import Transcript, TranscriptionRequest
from bot.openai.uploads import Upload
from bot.parts import STOP, Card, Remove, Reply, Status
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.spending.receipt import Receipt
from bot.transcribing.fetching import fetch, workshop
from bot.transcribing.heard import Heard, cost
from bot.transcribing.in_order import Calls, in_order
from bot.transcribing.recordings import Recording, clock
from bot.transcribing.voices import Voices, voices
from bot.transcribing.wishes import Plan, Wish

TOGETHER = 3  # pieces that are heard at once
CARD = "listening"
_CUT = "ogg"  # the ending of pieces
_LAP, _SHARED = 4.0, 10.0  # seconds in two pieces: where nobody pauses; so that speakers are known


@dataclass
class Listening:
    """To one recording. `parts` shows how far it is, and ends with `recording`."""

    services: Services
    run: Run
    file: Attachment
    wish: Wish
    plan: Plan
    recording: Recording | None = None
    _pieces: list[Piece] = field(default_factory=list)
    _heard: list[Heard] = field(default_factory=list)
    _voices: Voices = field(default_factory=Voices)
    _first: asyncio.Event = field(default_factory=asyncio.Event)  # the first piece was heard

    async def parts(self) -> Reply:
        """Raises Refused, and OpenAIError where nothing was heard before it."""
        yield Status("Listening…")
        remark = ""
        async with workshop(self.services.works, self.run) as folder:
            path = folder / "recording"
            await fetch(self.run, self.file, path)
            sound = await asyncio.to_thread(probe, path)
            try:
                async with aclosing(self._progress(sound, path)) as cards:
                    async for card in cards:
                        yield card
            except ParleyError as error:
                remark = self._broken(f"it broke off. {error.sentence}")
                if not remark:
                    raise
            except asyncio.CancelledError:
                remark = self._broken("it was stopped.")
                if self.run.stopped != "person" or not remark:
                    raise
        yield Remove(CARD)
        yield Remove(STOP.key)
        self.recording = await asyncio.to_thread(self._joined, sound, remark)

    def _broken(self, how: str) -> str:
        """What to say of it; nothing where there is no word yet that could be shown."""
        said = any(heard.transcript.text for heard in self._heard)
        return f"At {clock(self._reached)} {how}" if said else ""

    @property
    def _reached(self) -> float:
        return self._pieces[len(self._heard) - 1].end if self._heard else 0.0

    async def _progress(self, sound: Sound, path: Path) -> Reply:
        whole = self.plan.takes(sound.ending, sound.size, sound.seconds)
        calls = self._whole(sound, path) if whole else self._cut(path)
        long = sound.seconds > self.plan.most_seconds
        if long:
            yield STOP
            yield self._card(sound)
        async with aclosing(in_order(calls, TOGETHER)) as found:
            async for heard in found:
                self._heard.append(heard)
                if long:
                    yield self._card(sound)

    def _card(self, sound: Sound) -> Card:
        return Card(
            f"Listening to {self.file.name}"[:150],
            f"{clock(self._reached)} of {clock(sound.seconds)}",
            progress=min(self._reached / sound.seconds, 1.0),
            state="running",
            key=CARD,
        )

    async def _whole(self, sound: Sound, path: Path) -> Calls[Heard]:
        self._pieces = [Piece(path, 0.0, sound.seconds)]
        yield partial(self._once, 0, sound.ending)

    async def _cut(self, path: Path) -> Calls[Heard]:
        speakers = self.wish.speakers
        found = pieces(path, path.parent, most_bytes=self.plan.most_bytes,
                       most_seconds=self.plan.most_seconds,
                       overlap=_SHARED if speakers else _LAP, always=speakers)  # fmt: skip
        while piece := await asyncio.to_thread(next, found, None):
            self._pieces.append(piece)
            yield partial(self._once, len(self._pieces) - 1, _CUT)

    async def _once(self, number: int, ending: str) -> Heard:
        piece = self._pieces[number]
        step = f"{self.file.reference} {number}"
        if number and self.wish.speakers:
            await self._first.wait()
        told = await self.run.once(step, lambda: self._hear(piece, ending))
        heard = msgspec.json.decode(told, type=Heard)
        if ending == _CUT and not number:
            self._voices = await asyncio.to_thread(voices, piece.path, heard.transcript)
        self._first.set()
        await asyncio.to_thread(piece.path.unlink)
        return heard

    async def _hear(self, piece: Piece, ending: str) -> str:
        """As JSON. Silence is not paid for; what a model hears in it is invented."""
        sound = await asyncio.to_thread(loudness, piece.path)
        if sound.silent:
            heard = Heard(Transcript(""), Receipt(), silent=True)
        else:
            heard = msgspec.structs.replace(await self._asked(piece, ending), even=sound.even)
        return msgspec.json.encode(heard).decode()

    async def _asked(self, piece: Piece, ending: str) -> Heard:
        wish = self.wish
        charged = self.services.openai.charged_to(Payer.of(self.run))
        request = TranscriptionRequest(
            model=self.plan.model.id,
            file=await Upload.of(piece.path, f"recording.{ending}"),
            prompt=wish.prompt or None,
            temperature=wish.temperature,
            response_format=self.plan.response_format,
            language=None if wish.translate else wish.language or None,
            known_speaker_names=self._voices.names or None,
            known_speaker_references=self._voices.references or None,
        )
        ask = charged.translate if wish.translate else charged.transcribe
        seconds = piece.end - piece.start + self._voices.seconds
        seconds = round(seconds, 3)  # a whole second may come as a bit more
        transcript = await ask(request, seconds)
        kept = msgspec.structs.replace(transcript, usage=None, words=())
        return Heard(kept, charged.receipt)

    def _joined(self, sound: Sound, remark: str) -> Recording:
        if all(heard.silent for heard in self._heard):
            raise Refused(
                f"There is nothing to hear in “{self.file.name}”: it is silent from beginning to "
                "end. Was the microphone on?"
            )
        heard = self._pieces[: len(self._heard)]
        known = named(heard, [one.transcript for one in self._heard])
        remarks = (remark, self._invented, self._why, self._doubts(known))
        return Recording(
            self.file,
            self.wish,
            self.plan.model.id,
            sound.seconds,
            join(heard, known.transcripts),
            cost(self._heard),
            " ".join(filter(None, remarks)),
        )

    @property
    def _invented(self) -> str:
        """Where nobody speaks, models make words up."""
        pairs = zip(self._pieces, self._heard, strict=False)
        noises = [piece for piece, heard in pairs if heard.even and heard.transcript.text.strip()]
        spans = ", ".join(f"{clock(piece.start)} to {clock(piece.end)}" for piece in noises)
        if not spans:
            return ""
        return (
            f"From {spans} there is hardly more than an even noise, so the words may be invented."
        )

    @property
    def _why(self) -> str:
        return f"{self.plan.model.id} wrote this, as {self.plan.why}" if self.plan.why else ""

    def _doubts(self, known: Named) -> str:
        if not known.doubts:
            return ""
        seams = ", ".join(clock(self._pieces[number].start) for number in known.doubts)
        return f"Whoever is first named after {seams} may have spoken before, by another letter."
