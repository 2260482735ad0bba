"""What comes in: somebody did something on a platform. Plain data, kept as JSON."""

from typing import Literal

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
    def payer(self) -> str:
        """The workspace as the ledger names it, `slack:T1`."""
        return f"{self.platform}:{self.workspace}"


class Author(msgspec.Struct, frozen=True):
    """The person acting. `id` is what PARLEY_ADMINS lists: `slack:T1:U2`, `discord:123`."""

    id: str
    name: str = ""


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """What every event has. `id` names the occurrence, not its delivery: the same mention that
    comes as two Slack events or twice after a reconnect has one id.

    `address` is the adapter's own return address (an interaction token, a response URL); only
    the adapter that wrote it reads it.
    """

    id: str
    place: Place
    author: Author
    at: float  # seconds since 1970, UTC
    address: str = ""


class Message(Occurrence, frozen=True, kw_only=True, tag="message"):
    """Somebody wrote something. `addressed`: a mention, a direct message or a reply to Parley;
    accept() adds what is said in threads that Parley takes part in.
    """

    text: str
    source: str  # the platform's id of the message
    addressed: bool = False


class Invocation(Occurrence, frozen=True, kw_only=True, tag="invocation"):
    """One use of a Command. `values` are as the platform gave them; the router checks them.

    `of` is the delivery whose button was pressed: the answer goes into the same message.
    """

    command: str
    values: dict[str, str | int | float | bool] = {}
    by: Literal["slash", "mention", "button"] = "slash"
    source: str = ""
    of: str = ""


class Stop(Occurrence, frozen=True, kw_only=True, tag="stop"):
    """A control: end the answer under way in `delivery`, keep what is there."""

    delivery: str


Turn = Message | Invocation
Event = Message | Invocation | Stop
