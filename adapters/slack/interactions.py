"""The part that Parley reads of what people type, press, choose and fill in."""

from typing import Any, Literal

import msgspec

from adapters.slack.payloads import Ts, Words


class SlashCommand(msgspec.Struct):
    command: str
    channel_id: str
    user_id: str
    trigger_id: str
    text: str = ""
    user_name: str = ""
    response_url: str = ""


class Identified(msgspec.Struct):
    id: str


class User(msgspec.Struct):
    """Slack says `username` in some payloads and `name` in others."""

    id: str
    username: str | None = ""
    name: str | None = ""


class Container(msgspec.Struct):
    channel_id: str
    message_ts: Ts
    thread_ts: Ts | None = None
    is_ephemeral: bool = False


class Chosen(msgspec.Struct):
    value: str


class Action(msgspec.Struct):
    """A button, one of two feedback buttons, or a select."""

    action_ts: Ts
    action_id: str
    value: str | None = ""
    selected_option: Chosen | None = None


class BlockActions(msgspec.Struct):
    type: Literal["block_actions"]
    user: User
    container: Container
    actions: list[Action]
    trigger_id: str = ""
    response_url: str = ""


class MessageAction(msgspec.Struct):
    type: Literal["message_action"]
    user: User
    callback_id: str
    trigger_id: str
    channel: Identified
    message: Words
    response_url: str = ""


class Answer(msgspec.Struct):
    """What one field of a form says."""

    value: str | None = None
    selected_option: Chosen | None = None
    files: list[Any] | None = None


class State(msgspec.Struct):
    values: dict[str, dict[str, Answer]] = {}


class View(msgspec.Struct):
    id: str
    callback_id: str
    private_metadata: str = ""


class Submitted(View, kw_only=True):
    state: State


class Filling(View, kw_only=True):
    """While somebody chooses, Slack tells nothing of the other fields, though its documentation
    says that it does: https://github.com/slackapi/bolt-js/issues/1146
    """

    state: State = msgspec.field(default_factory=State)


class ViewSubmission(msgspec.Struct):
    type: Literal["view_submission"]
    user: User
    view: Submitted


class BlockSuggestion(msgspec.Struct):
    type: Literal["block_suggestion"]
    user: User
    action_id: str
    view: Filling
    value: str = ""
