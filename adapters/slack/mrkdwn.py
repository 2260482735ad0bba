"""Markdown as Slack's older marks, for where it takes no Markdown: views and short texts.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from adapters.markup import clean
from adapters.slack.escapes import escaped

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_BOLD = "\0"  # until what is slanted is found; `clean` leaves none


def _title(line: re.Match[str]) -> str:
    return _BOLD + line[1].replace("**", "").replace("__", "") + _BOLD


_MARKS = (
    (re.compile(r"!?\[([^\[\]\n]+)\]\((https?://[^\s()|]+)\)"), r"<\2|\1>"),
    (re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE), _title),
    (re.compile(r"^([ \t]*)[-*+][ \t]+", re.MULTILINE), r"\1• "),
    (re.compile(r"(?<!\w)(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?!\w)"), rf"{_BOLD}\2{_BOLD}"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"_\1_"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"~\1~"),
    (re.compile(rf"{_BOLD}+"), "*"),
)


def mrkdwn(markdown: str) -> str:
    """Nothing in it can mention anybody: every `<` that was written is escaped."""
    pieces = _CODE.split(escaped(clean(markdown)))
    return "".join(p if p.startswith("`") else _marked(p) for p in pieces)


def _marked(text: str) -> str:
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    return text
