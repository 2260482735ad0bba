"""What waits for a person's yes, as it is kept: their press may come tomorrow, after a restart."""

from pathlib import Path
from typing import Literal

import msgspec

from bot.acting.talk import Kept, Talk
from bot.errors import Refused
from bot.openai.chat import ChatMessage
from bot.openai.chat_tools import ToolCall
from bot.parts import Button, Card, File, Image, Voice
from bot.run import Run
from bot.storage.works import Works

PART = ".asked"  # of the answer's works
APPROVE, REFUSE = Button("Approve", "approve_tool"), Button("Refuse", "refuse_tool")


class Medium(msgspec.Struct, frozen=True):
    """`path`: where its content lies."""

    kind: str
    name: str
    key: str
    path: str
    alt: str = ""
    seconds: float = 0.0
    waveform: bytes = b""


class Pending(msgspec.Struct, frozen=True):
    author: str  # who may decide
    text: str  # of the answer so far
    said: tuple[ChatMessage, ...]
    calls: tuple[ToolCall, ...]
    number: int
    cards: tuple[Card, ...] = ()
    media: tuple[Medium, ...] = ()
    run: str = ""  # the press that decided it


async def keep(works: Works, run: Run, talk: Talk, text: str) -> None:
    cards = tuple(part for part in talk.shown.values() if isinstance(part, Card))
    folder, files, media = await works.folder(run.answers + PART), dict[str, bytes](), []
    for number, part in enumerate(talk.shown.values()):
        if isinstance(part, Card):
            continue
        path = part.content if isinstance(part.content, Path) else folder / str(number)
        if isinstance(part.content, bytes):
            files[str(number)] = part.content
        media.append(_medium(part, path))
    facts = Pending(
        run.event.author.id, text, tuple(talk.said), tuple(talk.calls), talk.number, cards,
        tuple(media),
    )  # fmt: skip
    await works.keep(run, facts, files, part=PART)


async def decided(works: Works, run: Run, answer: Literal["yes", "no"]) -> tuple[Talk, str]:
    """How the answer goes on, and its text so far. Raises Refused."""
    pending = await works.of(run.answers + PART, Pending)
    if pending is None or pending.run not in {"", run.id}:
        raise Refused("This was decided already, or it is too long ago. Please ask again.")
    if pending.author != run.event.author.id:
        raise Refused("Only who asked for it can decide this.")
    await works.keep(run, msgspec.structs.replace(pending, run=run.id), part=PART)
    shown: list[Kept] = [*pending.cards, *map(_part, pending.media)]
    talk = Talk(
        list(pending.said), list(pending.calls), pending.number, answer,
        shown={part.key: part for part in shown},
    )  # fmt: skip
    return talk, pending.text


async def forget(works: Works, run: Run) -> None:
    await works.forget(run.answers + PART)


def _medium(part: File | Image | Voice, path: Path) -> Medium:
    names = ("alt", "seconds", "waveform")
    facts = {name: getattr(part, name) for name in names if hasattr(part, name)}
    return Medium(type(part).__name__.lower(), part.name, part.key, str(path), **facts)


def _part(medium: Medium) -> File | Image | Voice:
    path = Path(medium.path)
    match medium.kind:
        case "image":
            return Image(medium.name, path, medium.alt, medium.key)
        case "voice":
            return Voice(medium.name, path, medium.seconds, medium.waveform, medium.key)
    return File(medium.name, path, medium.key)
