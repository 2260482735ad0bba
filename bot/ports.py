"""What the rooms promise each other: an Adapter here, dispatch there."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypedDict, Unpack

from aiohttp import web

from bot.commands import Commands, Suggest
from bot.events import Attachment, Author, Event, Message, Place
from bot.screen import Screen

Accepted: TypeAlias = Literal["accepted", "duplicate"]
Accept: TypeAlias = Callable[[Event], Awaitable[Accepted]]
"""Write the event down and start on it. Returns once it is durable; raises NotAccepted when it
could not be written: then do not acknowledge, so that the platform delivers it again."""


WHERE = ("thread", "channel", "reply")
Where: TypeAlias = Callable[[Place, Author], Awaitable[str]]
"""Where people chose that a question in this channel is answered, one of WHERE: in a thread of its
own, in the channel, which is then one conversation, or as a reply there. "" where nobody chose, or
it cannot be read now. Raises nothing.
"""


async def nobody_chose(_place: Place, _author: Author) -> str:
    return ""


FIRST = "0"


class DeliveryLog(Protocol):
    """How an adapter, which alone knows message ids, writes to the outbox. `key` is the adapter's
    own name for one thing it posts, but for the first piece of every answer, which is FIRST.
    """

    @property
    def known(self) -> Mapping[str, str | None]:
        """What was posted: key -> native id; None: intended, but nobody knows whether it landed
        (Parley was killed, or the platform's answer was lost). Look it up before posting again.
        """
        ...

    async def intend(self, key: str) -> None:
        """Written down durably before a post, and before an edit, with what people are about to
        read: after a crash they keep at least what they saw.
        """
        ...

    async def landed(self, key: str, native_id: str) -> None:
        """The platform answered with this id."""
        ...

    async def removed(self, key: str) -> None:
        """What was posted is deleted again, as the answer became shorter."""
        ...


@dataclass
class Delivery:
    """The durable side of a reply. After a restart it has the same id, nonce and log.

    The answer to a button goes into the message that shows the button: it has that delivery's
    `id` and `log`, and a `nonce` of its own.
    """

    id: str  # 12 characters; stands in button ids
    nonce: str  # 12 characters; the base of nonces and metadata of new posts
    place: Place  # the adapter puts the thread here that its first post begins
    author: Author  # who asked
    private: bool  # for the author's eyes only: at most once, as no platform can look it up
    address: str  # what the adapter wrote into the event
    source: str  # the platform's id of the message that is answered; "" for a slash command
    log: DeliveryLog
    flat: bool = False  # its posts begin no thread (events.Occurrence.flat)


class Which(TypedDict, total=False):
    """Of what was said: what fits all of these."""

    before: float  # seconds since 1970
    author: str  # their id: what they said, and what was said to them
    messages: Collection[str]  # the ids that they had as events


class Order(Protocol):
    """What Parley knows and can do about what people wrote."""

    async def may_read(self, author: Author, place: Place) -> bool:
        """Whether this person can read the place now. False where nobody can tell."""
        ...

    async def closed(self, place: Place) -> bool:
        """Whether fewer people read this thread than its channel. True where nobody can tell."""
        ...

    async def link(self, place: Place, source: str) -> str:
        """An address that opens the message with this native id; "" where there is none."""
        ...

    async def react(self, place: Place, source: str, emoji: str) -> None:
        """`emoji`: one character. Raises Refused with a sentence where that is not to be had."""
        ...

    async def remove(self, place: Place, source: str) -> None:
        """Delete what a person wrote; what is gone already is no trouble. Raises Refused, as where
        the platform lets a bot delete its own messages only.
        """
        ...

    async def time_out(self, place: Place, author: Author, seconds: float) -> None:
        """The person can write nothing there for so long. Raises Refused."""
        ...


class Adapter(Protocol):
    name: str
    order: Order
    speaks: Literal["opus", "mp3"]  # what its people can play: Ogg Opus as a voice message, or MP3
    answers_in: tuple[str, ...]  # where an answer can stand there, of WHERE
    largest: int  # bytes of a file that can be posted anywhere on it

    @property
    def health(self) -> str:
        """`ok` while it hears what happens, else a sentence that says what is wrong."""
        ...

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        """Connect and feed `accept` until cancelled; then take in nothing new, but go on being
        able to deliver. Raises only what a new attempt may mend: the app starts it again, later
        and later.
        """
        ...

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        """Show `screen` where `delivery` says, again and again as it changes, at the platform's
        pace, until it is done and its last state stands. May be called again with the same
        delivery (a lost connection, a restart): then go on in the messages that `log` knows.

        Raises Undeliverable where trying again is useless; anything else is tried again.
        """
        ...

    def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The bytes of a file that was offered, as they come. Raises Refused with a sentence
        where they cannot be had (gone, no right, a login page instead of the file).
        """
        ...

    async def history(self, place: Place, before: str, limit: int) -> Sequence[Message]:
        """What was said in the thread before the message with this native id, oldest first, at
        most the last `limit`; what Parley said is by PARLEY. Raises Refused with a sentence where
        Parley may not read it.
        """
        ...

    def alone(self, place: Place) -> bool:
        """Whether only one person reads there, beside Parley: a direct message."""
        ...

    async def called(self, place: Place) -> str:
        """The channel's name as people know it, `#general`; "" where Parley cannot see it."""
        ...

    async def forget(self, place: Place | None, **which: Unpack[Which]) -> None:
        """Erase, of what the adapter itself keeps of what was said in this place (with all its
        threads, where it is a channel; None: everywhere), whatever fits `which`. A platform that
        keeps it elsewhere has nothing to do.
        """
        ...

    async def close(self) -> None:
        """Leave the platform. Called once, after the last delivery."""
        ...


PARLEY = Author("parley", "Parley")


class State(Protocol):
    """What an adapter must keep across restarts, as text. Keys begin with the adapter's name."""

    async def get(self, key: str) -> str | None: ...
    async def put(self, key: str, value: str) -> None: ...
    async def delete(self, key: str) -> None: ...
    async def scan(self, prefix: str) -> list[tuple[str, str]]:
        """All keys that begin with `prefix`, in the order of the keys."""
        ...


@dataclass(frozen=True)
class Finding:
    """What the doctor says of one thing."""

    sentence: str
    mark: Literal["ok", "--", "!!"] = "ok"  # "--": not set up, which may be meant; "!!": broken


@dataclass(frozen=True)
class Ground:
    """What an adapter stands on. Each adapter package has
    - `settings.py`: class Settings, a PlatformSettings, cheap to import;
    - `connect.py`: `connect(settings, ground) -> Adapter`, and for the doctor
      `check(settings, ground, commands) -> Sequence[Finding]`, which may raise ParleyError;
    - `manifest.py`, where the platform wants one: `manifest(settings, commands) -> str`, what
      `python -m bot manifest <platform>` prints.
    """

    state: State
    http: web.Application  # mount routes before it starts
    loopback: bool  # the HTTP server is reachable from this machine only
    sandbox: bool  # the model is the sandbox's: no key, no cost
    chat_model: str = ""  # what answers, for a label
    folder: Path = Path("parley.db.files")  # for what is no text: beside the database, not made yet
    where: Where = nobody_chose
