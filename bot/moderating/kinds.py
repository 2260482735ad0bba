"""The categories of the moderation endpoint, in plain words."""

from collections.abc import Iterable

KINDS = {
    "harassment": "harassment",
    "harassment/threatening": "a threat",
    "hate": "hate",
    "hate/threatening": "hate with a threat",
    "illicit": "help with something illegal",
    "illicit/violent": "help with something illegal and violent",
    "self-harm": "self-harm",
    "self-harm/instructions": "instructions for self-harm",
    "self-harm/intent": "a wish to harm oneself",
    "sexual": "sexual content",
    "sexual/minors": "sexual content about minors",
    "violence": "violence",
    "violence/graphic": "graphic violence",
}


def plain(categories: Iterable[str]) -> str:
    """`a threat and violence`. A category that is new is called as the server calls it."""
    words = [KINDS.get(category, category) for category in categories]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "something harmful"
