"""What a message on Slack is made of. https://docs.slack.dev/reference/block-kit/blocks"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.slack import escapes
from adapters.slack.mrkdwn import mrkdwn
from bot.commands import button_id
from bot.parts import Button

Json = dict[str, Any]
LONGEST = 11_000  # characters of Markdown in a message; Slack takes 12,000, some 13,200 with blocks
_LABEL = 75  # characters
_GOOD, _BAD = Button("👍", "good"), Button("👎", "bad")


class Row(NamedTuple):
    """What can be pressed below an answer."""

    buttons: tuple[Button, ...] = ()
    feedback: bool = False


class Content(NamedTuple):
    """`text` is for notifications, search and screen readers; the blocks are what is shown."""

    text: str
    blocks: Sequence[Json]


def written(markdown: str, row: Sequence[Json] = ()) -> Content:
    """Slack renders a markdown block itself, tables too (markdown_text it does not).
    https://github.com/korotovsky/slack-mcp-server/pull/330
    """
    block = [{"type": "markdown", "text": markdown}] if markdown else []
    return Content(escapes.escaped(markdown) or "…", [*block, *row])


def simply(markdown: str, row: Sequence[Json] = ()) -> Content:
    """Without what Slack may find wrong with Markdown: a table too large, say."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn(markdown)[:3_000]}}
    return Content(escapes.escaped(markdown), [section, *row])


def row(pressed: Row, delivery: str, *, native: bool) -> list[Json]:
    """`native`: Slack's own two buttons that ask for feedback, else two plain ones."""
    plain = pressed.feedback and not native
    buttons = [*pressed.buttons, *((_GOOD, _BAD) if plain else ())]
    found = [{"type": "actions", "elements": [_button(b, delivery) for b in buttons]}]
    if pressed.feedback and native:
        found.append({"type": "context_actions", "elements": [_feedback(delivery)]})
    return found if buttons else found[1:]


def _button(button: Button, delivery: str) -> Json:
    name = button_id(button, delivery)
    return {"type": "button", "action_id": name, "value": name, "text": _label(button)}


def _feedback(delivery: str) -> Json:
    return {
        "type": "feedback_buttons",
        "action_id": button_id(Button("", "feedback"), delivery),
        "positive_button": {"text": _label(_GOOD), "value": button_id(_GOOD, delivery)},
        "negative_button": {"text": _label(_BAD), "value": button_id(_BAD, delivery)},
    }


def _label(button: Button) -> Json:
    return {"type": "plain_text", "text": button.label[:_LABEL], "emoji": True}
