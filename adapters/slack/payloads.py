"""The part of Slack's payloads that Parley reads, checked as it is read."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

Ts = Annotated[str, msgspec.Meta(pattern=r"^\d{1,15}\.\d{1,9}$")]
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Said(msgspec.Struct):
    """A `message` or an `app_mention`."""

    type: Literal["message", "app_mention"]
    channel: str
    ts: Ts
    user: str
    text: str = ""
    thread_ts: Ts = ""
    channel_type: str = ""
    subtype: str = ""
    bot_id: str = ""


class EventCallback(msgspec.Struct):
    type: Literal["event_callback"]
    team_id: str
    event: Said


class SlashCommand(msgspec.Struct):
    command: str
    team_id: str
    channel_id: str
    user_id: str
    trigger_id: str
    text: str = ""
    user_name: str = ""
    response_url: str = ""


class Named(msgspec.Struct):
    id: str
    username: str = ""


class Container(msgspec.Struct):
    channel_id: str
    message_ts: Ts
    thread_ts: Ts = ""


class Action(msgspec.Struct):
    action_ts: Ts
    action_id: str
    value: str = ""


class BlockActions(msgspec.Struct):
    type: Literal["block_actions"]
    team: Named
    user: Named
    container: Container
    actions: list[Action]
    response_url: str = ""


def read(body: Any, kind: type[Kind]) -> Kind | None:
    """None where the body is something else."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError:
        return None
