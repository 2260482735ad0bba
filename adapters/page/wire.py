"""What the browser and the page's server say to each other: JSON, a `type` in each message."""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

from adapters.page.post import Medium, Post, Sign
from bot.parts import Card

MOST_FILES = 10  # of one message

_ID = "[A-Za-z0-9_-]{8,64}"
Id: TypeAlias = Annotated[str, Meta(pattern=rf"^{_ID}\Z")]
IdOrNone: TypeAlias = Annotated[str, Meta(pattern=rf"^(?:{_ID})?\Z")]
Channel: TypeAlias = Annotated[str, Meta(pattern=r"^#[a-z0-9][a-z0-9_-]{0,30}\Z")]
ChannelOrNone: TypeAlias = Annotated[str, Meta(pattern=r"^(?:#[a-z0-9][a-z0-9_-]{0,30})?\Z")]
Word: TypeAlias = Annotated[str, Meta(max_length=64)]


class Hello(Struct, tag="hello"):
    """The first message. `person` counts only where the identity may be chosen."""

    person: Annotated[str, Meta(max_length=32)] = ""


class Open(Struct, tag="open"):
    """Show this thread from now on, beginning with all its posts. A channel without a thread shows
    what the latest of its threads begin with, as a thread that has the channel's name.
    """

    thread: IdOrNone
    channel: ChannelOrNone = ""


class Attached(Struct, frozen=True):
    """A file that was uploaded, under the id that the upload was answered with."""

    id: Id
    name: Annotated[str, Meta(max_length=255)]
    # of what was spoken into the browser, which measures both
    seconds: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    waveform: Annotated[bytes, Meta(max_length=256)] = b""


class Say(Struct, tag="say"):
    """`id` is made by the browser and stays the same when the message is sent again. The first
    message of a thread has the thread's id. Without a channel the thread is the person's own.
    """

    id: Id
    thread: Id
    text: str
    files: Annotated[tuple[Attached, ...], Meta(max_length=MOST_FILES)] = ()
    channel: ChannelOrNone = ""


class Edit(Struct, tag="edit"):
    """The person's own message `post` says something else now."""

    id: Id
    thread: Id
    post: Id
    text: str
    channel: ChannelOrNone = ""


class Delete(Struct, tag="delete"):
    id: Id
    thread: Id
    post: Id
    channel: ChannelOrNone = ""


class Press(Struct, tag="press"):
    id: Id
    thread: Id
    button: str
    channel: ChannelOrNone = ""


class Use(Struct, tag="use"):
    """A command by its form, or from the menu of the post `on`, or by the form of its `button`.
    Where a required value is missing the answer is a Form.
    """

    id: Id
    thread: Id
    command: Word
    values: Annotated[dict[Word, str | Attached], Meta(max_length=50)] = {}
    on: IdOrNone = ""
    button: Annotated[str, Meta(max_length=100)] = ""
    channel: ChannelOrNone = ""


class Create(Struct, tag="create"):
    """A channel for all."""

    id: Id
    channel: Channel


Act: TypeAlias = Say | Edit | Delete | Press | Use  # answered by Got, Refusal or Form
Request: TypeAlias = Hello | Open | Create | Act


class Field(Struct):
    """An option in a form."""

    name: str
    help: str
    kind: Literal["text", "long", "whole", "number", "truth", "file"]
    required: bool
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    suggests: bool


class Menu(Struct):
    """A command: in the palette if it can be typed, in each message's menu if it has a shortcut."""

    name: str
    help: str
    options: tuple[Field, ...]
    typed: bool
    shortcut: str


class ThreadLine(Struct, tag="thread"):
    """A thread in the list."""

    id: str
    title: str
    at: float


class ChannelLine(Struct, tag="channel"):
    """A channel in the list. `by` has just said something there."""

    name: str
    by: str = ""


class Welcome(Struct, tag="welcome"):
    person: str
    people: tuple[str, ...]  # whom one can be; empty where a login decides
    label: str  # what answers
    longest: int  # characters of a message
    largest: int  # bytes of a file
    most: int  # files of a message
    commands: tuple[Menu, ...]
    threads: tuple[ThreadLine, ...]
    channels: tuple[str, ...]


class Posts(Struct, tag="posts"):
    thread: str
    posts: tuple[Post, ...]


class NewPost(Struct, tag="post"):
    thread: str
    post: Post


class Change(Struct, tag="change"):
    """What is different about a post: `append` is what its text grew by, `text` replaces it."""

    thread: str
    id: str
    append: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    notices: tuple[str, ...] | UnsetType = UNSET
    buttons: tuple[Sign, ...] | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    done: bool | UnsetType = UNSET
    cards: tuple[Card, ...] | UnsetType = UNSET
    media: tuple[Medium, ...] | UnsetType = UNSET
    rated: str | UnsetType = UNSET
    aside: str | UnsetType = UNSET
    gone: bool | UnsetType = UNSET
    reactions: tuple[str, ...] | UnsetType = UNSET
    replies: int | UnsetType = UNSET


class Gone(Struct, tag="gone"):
    thread: str
    id: str


class Got(Struct, tag="got"):
    """What was done with this id is durable: the browser can forget it."""

    id: str


class Form(Struct, tag="form"):
    """What was asked with this id lacks something: fill it in and send it as a new Use."""

    id: str
    command: str
    values: dict[str, str] = {}
    files: tuple[Medium, ...] = ()
    on: str = ""
    button: str = ""


class Refusal(Struct, tag="refused"):
    id: str
    sentence: str
    again: bool = field(default=False)  # the same message can be sent again later


class Hit(Struct):
    """A thread that was looked for; `post` in it has the words of `snippet`."""

    thread: str
    title: str
    post: str
    by: str
    snippet: str
    at: float
    channel: str = ""


News: TypeAlias = NewPost | Change | Gone
Answer: TypeAlias = Welcome | ThreadLine | ChannelLine | Posts | News | Got | Form | Refusal
