"""Cards as embeds, and as text where there may be none.

Source of the limits: https://docs.discord.com/developers/resources/message#embed-object
"""

from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.markdown import shown
from adapters.markup import clean, split
from bot.parts import Card

_EMBEDS = 10  # in a message
_ALL = 6000  # characters in all embeds of a message
_TITLE, _DESCRIPTION, _FIELDS, _NAME, _VALUE = 256, 4096, 25, 256, 1024
_INLINE = 30  # characters of a value that has room for others beside it
_STATES = {"running": "Running", "done": "Done", "failed": "Failed"}  # for who sees no colours
_COLOURS = {"running": 0x5865F2, "done": 0x57F287, "failed": 0xED4245}
_LEAST = 300  # characters, for a title and a state
_BAR = 12  # signs
_BLANK = "\u200b"  # a field needs a name and a value


def embeds(cards: Sequence[Card]) -> list[dict[str, Any]]:
    """What there is no room for is left out: the end of a text, the last fields."""
    found: list[dict[str, Any]] = []
    room = _ALL
    for card in cards[:_EMBEDS]:
        if room < _LEAST:
            break
        embed, room = _embed(card, room)
        if embed.keys() & {"title", "description", "fields"}:
            found.append(embed)
    return found


def text(card: Card) -> str:
    """The card as Markdown."""
    parts = [f"**{_plain(card.title, _TITLE)}**", _bar(card), card.markdown]
    parts += [f"{_plain(name, _NAME)}: {_plain(value, _VALUE)}" for name, value in card.fields]
    if card.state:
        parts.append(f"-# {_STATES[card.state]}")
    return "\n".join(part for part in parts if part)


def _embed(card: Card, room: int) -> tuple[dict[str, Any], int]:
    embed: dict[str, Any] = {}
    if title := _plain(card.title, _TITLE):
        embed["title"] = title
        room -= len(title)
    if state := _STATES.get(card.state):
        embed |= {"color": _COLOURS[card.state], "footer": {"text": state}}
        room -= len(state)
    if description := _described(card, min(_DESCRIPTION, room)):
        embed["description"] = description
        room -= len(description)
    fields = []
    for name, value in card.fields[:_FIELDS]:
        field = {"name": _plain(name, _NAME) or _BLANK, "value": _plain(value, _VALUE) or _BLANK}
        room -= len(field["name"]) + len(field["value"])
        if room < 0:
            break
        fields.append(field | {"inline": len(value) <= _INLINE})
    return embed | ({"fields": fields} if fields else {}), max(room, 0)


def _described(card: Card, room: int) -> str:
    whole = "\n".join(part for part in (_bar(card), shown(clean(card.markdown))) if part.strip())
    if len(whole) <= room:
        return whole
    return f"{split(whole, room - 2)[0].rstrip()}\n…" if room > _BAR * 10 else ""


def _bar(card: Card) -> str:
    if card.progress is None:
        return ""
    progress = min(max(card.progress, 0.0), 1.0)
    full = int(progress * _BAR)
    return f"{'▰' * full}{'▱' * (_BAR - full)} {int(progress * 100)} %"


def _plain(words: str, room: int) -> str:
    words = discord.utils.escape_markdown(" ".join(clean(words).split()))
    return words if len(words) <= room else f"{words[: room - 1].rstrip(chr(92))}…"
