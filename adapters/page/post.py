"""One message of a thread: what is kept, and what browsers get to show it."""

from typing import Literal

from msgspec import Struct

from bot.parts import Card


class Sign(Struct, frozen=True):
    """A button as the browser sees it."""

    id: str
    label: str


class Medium(Struct, frozen=True):
    """A file in a post. What it is was found in its content."""

    id: str
    url: str
    name: str
    type: str = ""  # media type
    size: int = 0  # bytes
    kind: Literal["file", "image", "voice"] = "file"
    alt: str = ""
    width: int = 0  # pixels, of an image
    height: int = 0
    seconds: float = 0.0  # 0: not known
    waveform: bytes = b""  # amplitudes, of what can be listened to


class Post(Struct):
    id: str
    by: str  # a person's name, or "parley"
    at: float
    text: str = ""
    status: str = ""
    notices: tuple[str, ...] = ()
    buttons: tuple[Sign, ...] = ()
    private: bool = False
    done: bool = True  # False: Parley is still at it
    cards: tuple[Card, ...] = ()
    media: tuple[Medium, ...] = ()
    rated: Literal["", "good", "bad"] = ""
    aside: str = ""  # what a button of it had to say, which is of the moment
    about: str = ""  # the beginning of the message that a shortcut was used on
    fixed: bool = False  # a command by a form: neither edited nor deleted
    gone: bool = False  # deleted, but others have answered it
    asker: str = ""  # whose eyes alone the notices and the aside of an answer are for
    answers: str = ""  # whose question; who presses its buttons is an asker too
    reactions: tuple[str, ...] = ()  # emojis, by Parley
    replies: int = 0  # below it, where it begins a thread of a channel; counted, not kept
