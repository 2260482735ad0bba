"""What the contract suite needs of a platform: a fake server in which people act and read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.ports import Adapter, State, Where, nobody_chose


@dataclass(frozen=True)
class Upload:
    """A file that a person offers. With `seconds` it is a voice note."""

    name: str
    content: bytes
    media_type: str = "text/plain"
    seconds: float = 0.0


@dataclass(frozen=True)
class Post:
    """One message as people see it now."""

    id: str  # native
    thread: str  # the root's id; "" on the top level
    text: str  # as plain as the platform holds it (Markdown or its own markup)
    buttons: tuple[str, ...]  # labels, those that ask for feedback among them
    private_to: str = ""  # a person's name, if only they see it
    images: tuple[str, ...] = ()  # what they show, for those who cannot see them
    files: tuple[str, ...] = ()  # names, of what can be listened to as well
    card: str = ""  # its title


class World(Protocol):
    """A fake server, with an adapter of the real code connected to it over loopback.

    People are called by name ("ada", "bob"). Each verb returns when the platform has sent its
    event, not when it was handled.
    """

    adapter: Adapter
    interval: float  # seconds between two writes of an answer

    async def connect(self, state: State | None = None, where: Where = nobody_chose) -> None:
        """Start the fake server if it is not, and make `self.adapter` (not running yet)."""
        ...

    async def disconnect(self) -> None:
        """The process of `self.adapter` is gone; the platform and what stands on it stay."""
        ...

    async def aclose(self) -> None: ...

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        """`@Parley text` in a channel, at the top level or in a thread. Returns the message's
        native id, which is the root's id of the thread that the answer goes to.
        """
        ...

    async def direct(self, text: str, *files: Upload, by: str = "ada") -> str:
        """`text` to Parley alone."""
        ...

    async def say(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        """`text` in the channel or thread without a mention."""
        ...

    async def share(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        """A mention with files. Returns as `mention` does."""
        ...

    async def edit(self, message: str, text: str, *, by: str = "ada") -> None:
        """The message with this native id says something else now; its mention stays."""
        ...

    async def delete(self, message: str) -> None: ...

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> None:
        """What the menu of the message with this native id offers."""
        ...

    def form(self) -> tuple[str, ...]:
        """The names of what the form that opened last asks for; () where none did."""
        ...

    async def fill(self, *, by: str = "ada", **values: str | Upload) -> None:
        """Fill in the form that opened last, and send it."""
        ...

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        """`/command text` in the channel, `text` in the mention form (`name:value`)."""
        ...

    async def close_channel(self, *who: str) -> None:
        """The channel is private, for these people alone; a minute later everybody knows."""
        ...

    def lose_files(self) -> None:
        """What people uploaded is gone, though the messages with it stay."""
        ...

    def take_at_most(self, size: int) -> None:
        """No file of more bytes can be posted, and the adapter knows it."""
        ...

    def reactions(self, message: str) -> Sequence[str]:
        """What Parley marked it with, in the platform's words."""
        ...

    def stands(self, message: str) -> bool:
        """Whether what a person said is still there."""
        ...

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        """The button with this label on the post with this native id."""
        ...

    async def redeliver(self) -> None:
        """The last event once more, as the platform does after a lost acknowledgement."""
        ...

    async def redeliver_unacknowledged(self) -> None:
        """What the platform, or the adapter itself, sends again after a while."""
        ...

    async def drop(self) -> None:
        """Cut the connection without a goodbye. What happens meanwhile is delivered after it."""
        ...

    def lose_next_answer(self) -> None:
        """The next new post is stored, but the adapter gets a 500 or a cut connection."""
        ...

    def limit_next(self, seconds: float = 0.01) -> None:
        """The next write is answered by 429 with this wait."""
        ...

    def stall(self, *, by: str = "ada") -> None:
        """What is written to this person alone hangs until `release`."""
        ...

    def release(self) -> None: ...

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something that a write may change holds."""
        ...

    def posts(self) -> Sequence[Post]:
        """All that Parley posted anywhere, oldest first, as it stands now."""
        ...

    def content(self, name: str) -> bytes:
        """Of the file that Parley posted last under this name."""
        ...

    def calls(self) -> int:
        """How many writes (posts, edits, stream appends) the adapter made so far."""
        ...

    def called(self) -> Sequence[str]:
        """The ids of Parley's posts that notify somebody they name."""
        ...
