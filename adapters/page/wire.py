"""What the browser and the page's server say to each other: JSON, a `type` in each message."""

from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

Id: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}\Z")]


class Hello(Struct, tag="hello"):
    """The first message. `person` counts only where the identity may be chosen."""

    person: Annotated[str, Meta(max_length=32)] = ""


class Open(Struct, tag="open"):
    """Show this thread from now on, beginning with all its posts."""

    thread: Id


class Say(Struct, tag="say"):
    """`id` is made by the browser and stays the same when the message is sent again. The first
    message of a thread has the thread's id.
    """

    id: Id
    thread: Id
    text: str


class Press(Struct, tag="press"):
    id: Id
    thread: Id
    button: str


Request: TypeAlias = Hello | Open | Say | Press


class Sign(Struct, frozen=True):
    """A button as the browser sees it."""

    id: str
    label: str


class Post(Struct):
    """One message of a thread: what is kept, and what is shown."""

    id: str
    by: str  # a person's name, or "parley"
    at: float
    text: str = ""
    status: str = ""
    notices: tuple[str, ...] = ()
    buttons: tuple[Sign, ...] = ()
    private: bool = False
    done: bool = True


class Menu(Struct):
    """A command in the palette."""

    name: str
    help: str
    options: tuple[str, ...]


class ThreadLine(Struct, tag="thread"):
    """A thread in the list."""

    id: str
    title: str
    at: float


class Welcome(Struct, tag="welcome"):
    person: str
    people: tuple[str, ...]  # whom one can be; empty where a login decides
    label: str  # what answers
    longest: int  # characters of a message
    commands: tuple[Menu, ...]
    threads: tuple[ThreadLine, ...]


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
    done: bool | UnsetType = UNSET


class Gone(Struct, tag="gone"):
    thread: str
    id: str


class Got(Struct, tag="got"):
    """The message or press with this id is durable: the browser can forget it."""

    id: str


class Refusal(Struct, tag="refused"):
    id: str
    sentence: str
    again: bool = field(default=False)  # the same message can be sent again later


Answer: TypeAlias = Welcome | ThreadLine | Posts | NewPost | Change | Gone | Got | Refusal
