"""Slack's own marks in text: read from what people write, kept out of what a model wrote.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping

from adapters.markup import clean

_MARK = re.compile(r"<([^<>\n]+)>")
_NOBODY: Mapping[str, str] = {}
_JOINER = "\N{WORD JOINER}"  # not seen, and no part of an id or a name
# Before the character that makes a mention whole, so that a text that grows never changes.
_MENTION = re.compile(r"(<[@#][A-Za-z0-9]+|<![a-z]+)(?=[>|^])")


def plain(text: str, names: Mapping[str, str] = _NOBODY) -> str:
    """What a person wrote, without Slack's marks and escapes; people by their names, where these
    are known.
    """
    return _unescaped(_MARK.sub(lambda mark: _said(mark, names), clean(text)))


def mentions(text: str, user: str) -> bool:
    return f"<@{user}>" in text or f"<@{user}|" in text


def without_mention(text: str, user: str) -> str:
    """`text` without the name at which it is addressed (the first mention; the rest is said)."""
    return re.sub(rf"\s*<@{re.escape(user)}(?:\|[^>]*)?>[:,]?\s*", " ", text, count=1).strip()


def harmless(markdown: str) -> str:
    """Markdown from a model that can mention nobody."""
    return _MENTION.sub(rf"\1{_JOINER}", clean(markdown))


def escaped(text: str) -> str:
    """For the plain `text` of a message, where Slack reads marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _said(mark: re.Match[str], names: Mapping[str, str]) -> str:
    target, _, label = mark[1].partition("|")
    match target[:1]:
        case "@" | "#":
            return f"{target[0]}{label or names.get(target[1:], target[1:])}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in address:
        return address
    return f"{label} ({address})"


def _unescaped(text: str) -> str:
    """Slack escapes only these three."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
