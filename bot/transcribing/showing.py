"""Recordings as people see them: the words, a line of facts, and a file where they are long."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from pathlib import PurePath
from typing import Any

import msgspec

from bot.commands import Handler
from bot.media.subtitles import srt, vtt
from bot.parts import RECEIPT, Button, Buttons, File, Part, Reply, Text
from bot.run import Run
from bot.speaking import Speaker
from bot.storage.works import Works
from bot.transcribing.recordings import Recording, Recordings

LONG = 4_000  # characters that stand in a message
_BEGINNING = 1_500
_NOTHING = "_Nobody says a word in this recording._"
_ENDINGS = {"text": "txt", "json": "json", "verbose": "json", "srt": "srt", "vtt": "vtt"}
SUMMARISE = Button("Summarise", "summarise")
ASK = Button("Ask", "ask_recording")
TRANSLATE = Button("Translate", "translate")
SUBTITLES = Button("Subtitles", "subtitles")


def shown(recordings: Recordings, most: int, *, quoted: bool = False) -> Iterator[Part]:
    """The same ones each time. `most`: bytes of a file that can be posted. `quoted`: above an
    answer.
    """
    many = len(recordings.all) > 1
    for number, one in enumerate(recordings.all):
        name = f"**{one.file.name}**\n\n" if many else ""
        words = _beginning(one) if _filed(one) else one.text or _NOTHING
        said = _quote(words) if quoted else words
        yield Text(f"{name}{said}\n\n{facts(one)}", key=f"transcript {number}")
        if _filed(one):
            yield file(one, number, most)


def facts(one: Recording) -> str:
    return f"_{one.facts}_" + (f"\n_{one.remark}_" if one.remark else "")


def file(one: Recording, number: int, most: int, shape: str = "") -> File:
    """Where it has more than `most` bytes, it is packed."""
    shape = shape or one.wish.format
    name = f"{PurePath(one.file.name).stem or 'recording'}.{_ENDINGS[shape]}"
    content = _rendered(one, shape).encode()
    if len(content) > most:
        name, content = f"{name}.zip", _packed(name, content)
    return File(name, content, key=f"file {number}")


def _packed(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        # Of no date, so that it is the same each time.
        file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def buttons(recordings: Recordings) -> Buttons:
    if not recordings.text:
        return Buttons((RECEIPT,))
    english = all(one.english for one in recordings.all)
    return Buttons((SUMMARISE, ASK, *(() if english else (TRANSLATE,)), SUBTITLES, RECEIPT))


def below(works: Works, speaker: Speaker, handler: Handler) -> Handler:
    """The answer to what was spoken, below what was spoken, each time that it is written anew."""

    async def reply(run: Run) -> Reply:
        recordings = await works.of(run.answers, Recordings)
        above = tuple(shown(recordings, run.largest, quoted=True)) if recordings else ()
        for part in above:
            yield part
        run.shown = rest(run.shown, above)
        answer = handler(run)
        if recordings and recordings.spoken:
            answer = speaker.too(run, answer)
        async with aclosing(answer) as parts:
            async for part in parts:
                yield part

    return reply


def rest(text: str, above: Iterable[Part]) -> str:
    """What people read below these parts."""
    beginning = "\n\n".join(part.markdown for part in above if isinstance(part, Text))
    return text[len(beginning) :].lstrip("\n") if text.startswith(beginning) else ""


def _filed(one: Recording) -> bool:
    return one.wish.format != "text" or len(one.text) > LONG


def _beginning(one: Recording) -> str:
    if len(one.text) <= _BEGINNING:
        return one.text or _NOTHING
    return f"{one.text[:_BEGINNING].rpartition(' ')[0]} … _(all of it is in the file)_"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _rendered(one: Recording, shape: str) -> str:
    match shape:
        case "srt":
            return srt(one.segments)
        case "vtt":
            return vtt(one.segments)
        case "text":
            return one.text + "\n"
    return msgspec.json.format(msgspec.json.encode(_json(one, shape)), indent=2).decode() + "\n"


def _json(one: Recording, shape: str) -> dict[str, Any]:
    """As the API names it."""
    told = one.transcript
    facts = {"text": told.text, "language": told.language, "duration": one.seconds}
    if shape == "json":
        return facts
    task = "translate" if one.wish.translate else "transcribe"
    return {"task": task, **facts, "segments": one.segments}
