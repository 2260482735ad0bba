"""Text read aloud: in pieces that the model takes, side by side, joined to one recording."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from bot import choosing
from bot.errors import ParleyError, Refused
from bot.events import Place
from bot.media.sentences import LONGEST, sentences
from bot.media.spoken import spoken
from bot.openai.speech import SpeechRequest
from bot.opened import opened
from bot.parts import Card, Delta, File, Notice, Remove, Reply, Text, Voice
from bot.run import Run
from bot.services import Services
from bot.side_by_side import side_by_side
from bot.spending.door import Charged
from bot.spending.payer import Payer

log = logging.getLogger(__name__)

MOST = 50_000  # characters in one go: an hour of speech
TOGETHER = 3  # pieces that are spoken at once
BUFFER = 2**18  # bytes written at once
VOICE_MODE = "voice"  # the preference
VOICE = "alloy"  # every model of OpenAI's has it
_LOSSLESS = ("wav", "flac")  # pieces are encoded once, when they are joined
ENDINGS = {"opus": "ogg"}
_SMALLER = {"wav": ("flac", "mp3"), "flac": ("mp3",)}  # where it is too large
_LEAST = {"opus": 12_000, "mp3": 24_000, "aac": 24_000}  # bits a second that can be understood


@dataclass(frozen=True)
class Manner:
    """How it is to be spoken; None: as the model does unasked."""

    model: str | None = None
    voice: str | None = None
    speed: float | None = None
    instructions: str | None = None
    format: str | None = None  # one that is asked for comes as a file


AS_USUAL = Manner()


class Speaker:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._openai = services.openai
        self._catalogue = services.catalogue
        self._works = services.works
        self._preferences = services.preferences
        self.model = services.models["speech"]

    def voices(self, model: str = "") -> Sequence[str]:
        return self._catalogue.model(model or self.model, "speech").choices.get("voice", (VOICE,))

    async def aloud(self, run: Run, markdown: str, manner: Manner = AS_USUAL) -> Reply:
        """Progress, then the recording. What a killed attempt has spoken is not paid again.
        Raises Refused, OpenAIError.
        """
        model = manner.model or await choosing.model(self._services, run.event.place, "speech")
        pieces = self._pieces(markdown, manner, model)
        run.check(*(piece.input for piece in pieces), manner.instructions or "")
        await run.cleared()
        charged = self._openai.charged_to(Payer.of(run))
        await self._works.note(run)
        folder = await self._works.folder(run.answers)
        form = manner.format or run.speaks
        whole = folder / f"speech {run.id}.{ENDINGS.get(form, form)}"
        if not await asyncio.to_thread(whole.exists):
            files = [folder / f"spoken {number}" for number in range(len(pieces))]
            calls = [partial(self._once, run, charged, request, file)
                     for request, file in zip(pieces, files, strict=True)]  # fmt: skip
            async with aclosing(_progress(calls)) as cards:
                async for card in cards:
                    yield card
            ready = manner.format and len(files) == 1
            await asyncio.to_thread(_joined, files, whole, "" if ready else form)
        posted = await asyncio.to_thread(_fitting, whole, form, run.largest)
        yield Remove("speaking")
        if manner.format:
            yield File(f"speech{posted.suffix}", posted, key="speech")
        else:
            yield await asyncio.to_thread(_recording, posted)
        remark = _remark(whole, posted)
        yield Text(f"_{pieces[0].voice} · {charged.receipt}_{remark}", key="spoken")

    async def voice_mode(self, place: Place, author: str) -> bool:
        """That of the thread, else that of what is around it."""
        keys = (place.key, replace(place, thread="").key, place.channel_key, author, place.payer)
        found = await self._preferences.at(keys)
        chosen = (mode for key in keys if (mode := found[key].get(VOICE_MODE)))
        return next(chosen, "off") == "on"

    async def too(self, run: Run, reply: Reply) -> Reply:
        """The answer to what was spoken, in voice too where voice mode is on."""
        before, said = "", list[str]()
        async with aclosing(reply) as parts:
            async for part in parts:
                match part:
                    case Text(markdown, "answer"):
                        before, said = markdown, []
                    case Delta(text, "answer"):
                        said.append(text)
                yield part
        async with aclosing(self._answer(run, "".join([before, *said]) if said else "")) as parts:
            async for part in parts:
                yield part

    async def _answer(self, run: Run, markdown: str) -> Reply:
        """Nothing where it is empty."""
        if (
            run.stopped
            or not markdown
            or not await self.voice_mode(run.event.place, run.event.author.id)
        ):
            return
        run.check(spoken(markdown))
        await run.cleared()  # what is harmful ends the answer, and not its recording alone
        try:
            async with aclosing(self.aloud(run, markdown)) as parts:
                async for part in parts:
                    yield part
        except asyncio.CancelledError:
            if not run.stopped:
                raise
            yield Remove("speaking")
        except ParleyError as error:  # it can be read
            log.warning("%s was not spoken: %s", run.id, error)
            yield Remove("speaking")
            yield Notice(f"The answer was not spoken. {error.sentence}", key="unspoken")

    def _pieces(self, markdown: str, manner: Manner, named: str) -> list[SpeechRequest]:
        text = spoken(markdown)
        if not text:
            raise Refused("There is nothing in this to read aloud: it has no words.")
        if len(text) > MOST:
            raise Refused(f"This has {len(text):,} characters; Parley reads at most {MOST:,} aloud "
                          "in one go. Send it in parts.")  # fmt: skip
        model = self._catalogue.model(named, "speech")
        parts = sentences(text, model.longest.get("input", LONGEST))
        taken = model.choices.get("response_format", _LOSSLESS)
        lossless = next((form for form in _LOSSLESS if form in taken), taken[0])
        form = manner.format if manner.format and len(parts) == 1 else lossless
        voices = self.voices(model.id)
        usual = VOICE if VOICE in voices else voices[0]
        return [
            SpeechRequest(
                model=model.id, input=part, voice=manner.voice or usual, speed=manner.speed,
                instructions=manner.instructions, response_format=form,
            )
            for part in parts
        ]  # fmt: skip

    async def _once(self, run: Run, charged: Charged, request: SpeechRequest, file: Path) -> None:
        async def speak() -> str:
            await _written(charged, request, file)
            return file.name

        await run.once(file.name, speak)


async def _written(charged: Charged, request: SpeechRequest, file: Path) -> None:
    kept = bytearray()
    async with opened(file.open, "wb") as target:
        async with aclosing(charged.speak(request)) as pieces:
            async for piece in pieces:
                kept += piece.content
                if len(kept) >= BUFFER:
                    await asyncio.to_thread(target.write, kept)
                    kept = bytearray()
        await asyncio.to_thread(target.write, kept)


async def _progress(calls: Sequence[Callable[[], Awaitable[None]]]) -> AsyncGenerator[Card, None]:
    ended = 0
    yield _card(0)
    async with aclosing(side_by_side(calls, TOGETHER)) as speaking:
        async for _ in speaking:
            ended += 1
            yield _card(ended / len(calls))


def _joined(files: Sequence[Path], whole: Path, form: str) -> None:
    """All or nothing. `form` "": there is one, which is it already."""
    from bot.media.stitching import stitch  # noqa: PLC0415  FFmpeg and NumPy take 40 MiB

    part = whole.with_name("whole") if form else files[0]
    if form:
        stitch(files, part, form)
    for old in whole.parent.glob("speech *"):  # of the answer that this one replaces
        old.unlink()
    part.replace(whole)
    for file in files:
        file.unlink(missing_ok=True)


def _fitting(whole: Path, form: str, most: int) -> Path:
    """It, or where it has more bytes than can be posted, a smaller one: in another form, or of
    fewer bits. The smallest is not always small enough.
    """
    found = whole
    for smaller in (*_SMALLER.get(form, ()), *([form] if form in _LEAST else [])):
        if found.stat().st_size <= most:
            break
        found = whole.with_name(f"smaller.{ENDINGS.get(smaller, smaller)}")
        _convert(whole, found, smaller, most)
    return found


def _convert(source: Path, target: Path, form: str, most: int) -> None:
    """Of as many bits as give `most` bytes, but no fewer than can be understood."""
    from bot.media.encoding import FORMATS, convert  # noqa: PLC0415  as above
    from bot.media.probing import probe  # noqa: PLC0415  as above

    bits = FORMATS[form].bits
    if bits:
        fitting = int(most * 0.9 * 8 / probe(source).seconds)
        bits = max(min(bits, fitting), _LEAST[form])
    convert(source, target, form, bits)


def _remark(whole: Path, posted: Path) -> str:
    if posted == whole:
        return ""
    if posted.suffix == whole.suffix:
        return "\n_In lower quality, as it is too large for this place otherwise._"
    kinds = (path.suffix[1:].upper() for path in (posted, whole))
    return "\n_As {}, as the {} is too large for this place._".format(*kinds)


def _recording(path: Path) -> Voice:
    from bot.media.loudness import loudness  # noqa: PLC0415  as above

    heard = loudness(path)
    return Voice(f"speech{path.suffix}", path, heard.seconds, heard.waveform, key="speech")


def _card(progress: float) -> Card:
    return Card("Speaking", progress=progress, state="running", key="speaking")
