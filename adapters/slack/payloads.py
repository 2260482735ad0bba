"""The part of Slack's events that Parley reads, checked as it is read."""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import msgspec

Json: TypeAlias = dict[str, Any]
Ts = Annotated[str, msgspec.Meta(pattern=r"^\d{1,15}\.\d{1,9}$")]
Kind = TypeVar("Kind", bound=msgspec.Struct)


class File(msgspec.Struct):
    id: str
    name: str | None = ""
    title: str | None = ""
    mimetype: str | None = ""
    mode: str | None = ""
    subtype: str | None = ""
    size: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = 0
    duration_ms: Annotated[float, msgspec.Meta(ge=0, le=1e12)] | None = 0


class Shared(msgspec.Struct):
    """A file, as files.info tells of it."""

    mode: str | None = ""
    is_external: bool | None = False
    mimetype: str | None = ""
    url_private: str | None = ""
    url_private_download: str | None = ""


class Quoted(msgspec.Struct):
    """Of a message's `attachments`: what was forwarded, or what a bot says in its own frame."""

    text: str | None = ""
    fallback: str | None = ""
    is_share: bool = False


class Version(msgspec.Struct):
    ts: Ts


class Words(msgspec.Struct):
    """A message as it stands, within other payloads."""

    ts: Ts
    user: str = ""
    text: str | None = ""
    thread_ts: Ts | None = None
    subtype: str | None = ""
    bot_id: str | None = ""
    username: str | None = ""
    edited: Version | None = None
    files: list[Any] | None = None  # those that Slack could not describe must not lose the text
    attachments: list[Any] | None = None


class Said(Words, kw_only=True):
    type: Literal["message", "app_mention"]
    channel: str
    blocks: Any = None


class Changed(msgspec.Struct):
    subtype: Literal["message_changed"]
    channel: str
    ts: Ts
    message: Words
    previous_message: Words | None = None


class Deletion(msgspec.Struct):
    subtype: Literal["message_deleted"]
    channel: str
    ts: Ts
    deleted_ts: Ts
    previous_message: Words | None = None


class HomeOpened(msgspec.Struct):
    """`event_ts` comes with and without its point."""

    type: Literal["app_home_opened"]
    user: str
    channel: str
    event_ts: Annotated[str, msgspec.Meta(pattern=r"^\d{10}")]
    tab: str | None = ""


class SessionStopped(msgspec.Struct):
    type: Literal["agent_session_stopped"]
    channel: str
    thread_ts: Ts
    event_ts: Ts
    user: str | None = ""


class EventCallback(msgspec.Struct):
    type: Literal["event_callback"]
    event: Json


def read(body: Any, kind: type[Kind]) -> Kind | None:
    """None where the body is something else."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError:
        return None
