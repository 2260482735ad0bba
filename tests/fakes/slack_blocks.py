"""What Slack finds wrong with the blocks of a message.
https://docs.slack.dev/reference/block-kit/blocks
"""

import json
import re
from typing import Any

Json = dict[str, Any]
TOGETHER = 13_200  # characters of all blocks, as people measured; Slack says nothing of it
_ROW = re.compile(r"^[ \t]*\|?[^\n]*\|[^\n]*$")
_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


def wrong(blocks: list[Json], *, feedback: bool = True) -> str:
    """Slack's error, or "". `feedback`: whether the workspace knows context_actions."""
    if any(_LOOKS.get(b["type"], _unknown)(b) for b in blocks) or len(blocks) > 50:
        return "invalid_blocks"
    elements = [e for block in blocks for e in block.get("elements", []) if "action_id" in e]
    ids = [e["action_id"] for e in elements]
    if len(ids) != len(set(ids)) or any(not 0 < len(i) <= 255 for i in ids):
        return "invalid_blocks"
    if not feedback and any(b["type"] == "context_actions" for b in blocks):
        return "invalid_blocks"
    texts = [b["text"] for b in blocks if b["type"] == "markdown"]
    bare = json.dumps([b for b in blocks if b["type"] != "markdown"])
    if sum(map(len, texts)) > 12_000 or sum(map(len, [*texts, bare])) > TOGETHER:
        return "msg_blocks_too_long"
    return ""


def tables(markdown: str) -> list[list[str]]:
    """The rows of each table, with its head and without its rule."""
    found: list[list[str]] = []
    lines = re.sub(r"```.*?(```|\Z)", "", markdown, flags=re.DOTALL).split("\n")
    for before, line, number in zip(lines, lines[1:], range(2, len(lines) + 1), strict=False):
        if _RULE.match(line) and "|" in line and _ROW.match(before):
            rows = [before]
            for row in lines[number:]:
                if not _ROW.match(row):
                    break
                rows.append(row)
            found.append(rows)
    return found


def _text(text: Any, most: int, *kinds: str) -> bool:
    kinds = kinds or ("plain_text",)
    known = isinstance(text, dict) and text.get("type") in kinds
    return not known or not 0 < len(text["text"]) <= most


def _markdown(block: Json) -> bool:
    cells = [row.split("|") for rows in tables(block["text"]) for row in rows]
    too_large = any(len(rows) > 100 for rows in tables(block["text"]))
    too_large |= sum(len(cell) for row in cells for cell in row) > 10_000
    return too_large or any(len(row) > 22 for row in cells) or not block["text"].strip()


def _section(block: Json) -> bool:
    if "fields" in block:
        fields = block["fields"]
        return not 0 < len(fields) <= 10 or any(
            _text(field, 2_000, "plain_text", "mrkdwn") for field in fields
        )
    return _text(block.get("text"), 3_000, "plain_text", "mrkdwn")


def _context(block: Json) -> bool:
    elements = block["elements"]
    return not 0 < len(elements) <= 10 or any(
        _text(element, 3_000, "plain_text", "mrkdwn") for element in elements
    )


def _actions(block: Json) -> bool:
    elements = block["elements"]
    return not 0 < len(elements) <= 25 or any(
        e["type"] != "button" or _text(e["text"], 75) or len(e["value"]) > 2_000 for e in elements
    )


def _context_actions(block: Json) -> bool:
    elements = block["elements"]
    return not 0 < len(elements) <= 5 or any(
        e["type"] != "feedback_buttons"
        or any(_text(e[side]["text"], 75) for side in ("positive_button", "negative_button"))
        for e in elements
    )


def _unknown(_block: Json) -> bool:
    return True


_LOOKS = {
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "divider": lambda _block: False,
    "header": lambda block: _text(block["text"], 150),
    "markdown": _markdown,
    "section": _section,
}
