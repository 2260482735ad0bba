"""What comes in: somebody did something on a platform. Plain data, kept as JSON."""

import mimetypes
from typing import Literal, TypeAlias

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where an answer goes. A thread is named by its root message's id; "" is the channel itself
    (a Discord DM has no threads; a slash command has none until its root is posted).
    """

    platform: str
    workspace: str
    channel: str
    thread: str = ""

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.workspace}:{self.channel}:{self.thread}"

    @property
    def channel_key(self) -> str:
        """Of the channel with all its threads, `slack:T1:C1`."""
        return f"{self.platform}:{self.workspace}:{self.channel}"

    @property
    def payer(self) -> str:
        """The workspace as the ledger names it, `slack:T1`."""
        return f"{self.platform}:{self.workspace}"


class Author(msgspec.Struct, frozen=True):
    """The person acting. `id` is what PARLEY_ADMINS lists: `slack:T1:U2`, `discord:123`. `roles`
    are the platform's, as they were when this happened: `slack:T1:S9` (a user group),
    `discord:456`, `page:team`.
    """

    id: str
    name: str = ""
    roles: tuple[str, ...] = ()


class Attachment(msgspec.Struct, frozen=True):
    """A file that somebody offered. `reference` is the adapter's own: `Adapter.open` moves the
    bytes only when a handler wants them. What a platform says of it may be wrong.
    """

    reference: str
    name: str
    media_type: str = ""
    size: int = 0  # bytes; 0: not known
    spoken: bool = False  # recorded as a voice message or a voice clip
    seconds: float = 0.0  # how long it plays; 0: not known

    @property
    def sounds(self) -> bool:
        """It may have something to listen to, going by what is said of it."""
        return self.spoken or self._kind.startswith(("audio/", "video/"))

    @property
    def shows(self) -> bool:
        """It may be a picture, going by what is said of it."""
        return self._kind.startswith("image/")

    @property
    def _kind(self) -> str:
        return self.media_type or mimetypes.guess_type(self.name)[0] or ""


By: TypeAlias = Literal["slash", "mention", "button", "form", "shortcut", "home", "parley", "tool"]
Value: TypeAlias = str | int | float | bool | Attachment


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """What every event has. `id` names the occurrence, not its delivery: the same mention that
    comes as two Slack events or twice after a reconnect has one id.

    `address` is the adapter's own return address (an interaction token, a response URL); only
    the adapter that wrote it reads it.

    `flat`: the answer begins no thread, as the channel itself is the conversation.
    """

    id: str
    place: Place
    author: Author
    at: float  # seconds since 1970, UTC
    address: str = ""
    flat: bool = False


class Message(Occurrence, frozen=True, kw_only=True, tag="message"):
    """Somebody wrote something. `addressed`: a mention, a direct message or a reply to Parley;
    accept() adds what is said in threads that Parley takes part in.

    `of`: the delivery that answered it before it was edited; it is answered anew there. `reply`:
    the message that it replies to, where the platform says so; a thread alone is no reply.
    """

    text: str
    source: str  # the platform's id of the message
    addressed: bool = False
    attachments: tuple[Attachment, ...] = ()
    of: str = ""
    reply: "Message | None" = None


class Invocation(Occurrence, frozen=True, kw_only=True, tag="invocation"):
    """One use of a Command. `values` are as the platform gave them; the access layer checks them.

    `of` is the delivery whose button was pressed: the answer goes into the same message. `on` is
    the message on which a shortcut was used. By "parley" nobody asked: it has something to say
    to `author`, or in `place`, by itself (bot/announcing.py); no adapter makes such a one. By
    "tool" the model called it while it answered `author`.
    """

    command: str
    values: dict[str, Value] = {}
    by: Literal["slash", "mention", "button", "form", "shortcut", "home", "parley", "tool"] = (
        "slash"
    )
    source: str = ""
    of: str = ""
    on: Message | None = None


class Edited(Message, frozen=True, kw_only=True, tag="edited"):
    """A message says something else now. `message` is the id that its Message had; `id` names
    this version of it. accept() makes of it the Message that is answered anew: in the same posts,
    or for the first time where only the edit addresses Parley.
    """

    message: str


class Deleted(Occurrence, frozen=True, kw_only=True, tag="deleted"):
    """A message is gone: its answer is cancelled and withdrawn, and both are forgotten.
    `message` is the id that its Message had; accept() fills in `of`, the delivery, where it is not
    told.
    """

    message: str
    source: str = ""
    of: str = ""


class Stop(Occurrence, frozen=True, kw_only=True, tag="stop"):
    """A control: end the answer under way in `delivery`, keep what is there. Without a delivery:
    whatever is being answered in `place`.
    """

    delivery: str = ""


Turn = Message | Invocation | Deleted  # what has a lane, and a reply
Event = Message | Edited | Invocation | Deleted | Stop
