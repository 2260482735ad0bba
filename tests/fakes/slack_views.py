"""Slack's forms and the app's home: what views.open takes, and how people fill it in."""

import itertools

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.views import View

from tests.fakes.slack_web import Json, Refusal


class Views:
    def __init__(self, now) -> None:
        self.published: dict[str, Json] = {}  # user -> the page they see
        self.prompts: dict[str, list[Json]] = {}  # channel -> what is suggested there
        self.opened: list[Json] = []
        self.lasts = 3.0  # seconds that a trigger can be exchanged for a form
        self._now = now
        self._triggers: dict[str, float] = {}  # those that were not exchanged yet
        self._exchanged: set[str] = set()
        self._count = itertools.count(1)

    def trigger(self) -> str:
        trigger = f"{next(self._count)}.1.abc"
        self._triggers[trigger] = self._now()
        return trigger

    def call(self, method: str, body: Json) -> Json | None:
        """None: not one of ours."""
        match method:
            case "views.open":
                return {"view": self._open(body)}
            case "views.publish":
                view = checked(body["view"])
                self.published[body["user_id"]] = view
                return {"view": view}
            case "assistant.threads.setSuggestedPrompts" if "thread_ts" not in body:
                self.prompts[body["channel_id"]] = body["prompts"]
                return {}
        return None

    def _open(self, body: Json) -> Json:
        trigger = body["trigger_id"]
        if trigger in self._exchanged:
            raise Refusal("exchanged_trigger_id")
        if trigger not in self._triggers:
            raise Refusal("invalid_trigger_id")
        if self._now() > self._triggers.pop(trigger) + self.lasts:
            raise Refusal("expired_trigger_id")
        view = checked(body["view"])  # a view that is refused costs no trigger
        self._exchanged.add(trigger)
        self.opened.append({"private_metadata": "", **view, "id": f"V{next(self._count)}"})
        return self.opened[-1]


def inputs(view: Json) -> dict[str, Json]:
    """The fields by their names."""
    return {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}


def state(view: Json, values: Json) -> Json:
    """As Slack sends what was filled in; what is not in `values` stays as the form opened."""
    unknown = values.keys() - inputs(view).keys()
    assert not unknown, f"the form does not ask for {unknown}"
    return {
        "values": {
            name: {b["element"]["action_id"]: _filled(b, values.get(name))}
            for name, b in inputs(view).items()
        }
    }


def _filled(block: Json, value) -> Json:
    element = block["element"]
    kind = element["type"]
    assert value is not None or block["optional"] or _initial(element), f"{block} is needed"
    if kind == "file_input":
        return {"type": kind, "files": [value] if value else []}
    if kind == "external_select" and value is not None:
        return {"type": kind, "selected_option": {"value": value}}
    if "options" in element or kind == "external_select":
        option = _initial(element) if value is None else _named(element, value)
        return {"type": kind, "selected_option": option}
    return {"type": kind, "value": _initial(element) if value is None else value}


def _initial(element: Json):
    return element.get("initial_option") or element.get("initial_value")


def _named(element: Json, value: str) -> Json:
    (option,) = [o for o in element["options"] if value in (o["value"], o["text"]["text"])]
    return option


def checked(view: Json) -> Json:
    """By the rules of the SDK's models, and some that these do not know."""
    try:
        View(**view).to_dict()
    except SlackObjectFormationError as error:
        raise Refusal(f"invalid_arguments {error}") from error
    for text in _texts(view):
        if not text:
            raise Refusal("invalid_arguments an empty text")
    for block in view["blocks"]:
        _check_element(block.get("element") or {})
    return view


def _check_element(element: Json) -> None:
    initial = element.get("initial_option")
    if initial and "options" in element and initial not in element["options"]:
        raise Refusal("invalid_arguments an initial option that is not offered")
    if len(element.get("initial_value", "")) > 3_000:
        raise Refusal("invalid_arguments an initial value that is too long")
    values = [option["value"] for option in element.get("options", ())]
    if len(values) != len(set(values)) or any(not 0 < len(value) <= 150 for value in values):
        raise Refusal("invalid_arguments options")


def _texts(view) -> list[str]:
    """Of all text objects in it."""
    if isinstance(view, list):
        return [text for inner in view for text in _texts(inner)]
    if not isinstance(view, dict):
        return []
    own = [view["text"]] if view.get("type") in ("plain_text", "mrkdwn") else []
    return own + [text for inner in view.values() for text in _texts(inner)]
