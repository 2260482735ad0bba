"""Whose budget an admin means: a word, a mention, a name or an id."""

import re
from typing import cast

from bot.errors import Refused
from bot.events import Author, Place
from bot.spending.budgets import home
from bot.storage.balances import Whom, Whose
from bot.storage.people import People

EVERYONE, CHANNEL, WORKSPACE = "everyone", "channel", "workspace"
_WORDS: dict[str, Whose] = {
    EVERYONE: "everyone", "all": "everyone", "@everyone": "everyone",
    CHANNEL: "channel", "here": "channel", "this channel": "channel",
    WORKSPACE: "workspace", "server": "workspace", "this workspace": "workspace",
}  # fmt: skip
_MARK = re.compile(r"<(@&|!subteam\^|@!?|#)([\w.-]+)(?:\|[^>]*)?>")  # as platforms write mentions
_MARKS: dict[str, Whose] = {"@&": "role", "!subteam^": "role", "#": "channel"}
_NAMED = re.compile(r"(person|role|channel):(.+)", re.IGNORECASE)
# Ids of Slack say by their first letter what they are; those of other platforms do not.
_SLACK = re.compile(r"[UWSCGD][A-Z0-9]+")
_LETTERS: dict[str, Whose] = {"S": "role", "C": "channel", "G": "channel", "D": "channel"}
_ID = re.compile(r"[\w.-]+")
_AT_ONCE = 20


async def read(text: str, people: People, author: Author, place: Place) -> Whom:
    """`author` asks, in `place`. Raises Refused with what is understood."""
    words = text.strip() or EVERYONE
    if whose := _WORDS.get(words.lower()):
        return _here(whose, author, place)
    if mark := _MARK.fullmatch(words):
        return _of(_MARKS.get(mark[1], "person"), mark[2], author, place)
    if named := _NAMED.fullmatch(words):
        return _of(cast("Whose", named[1].lower()), named[2].strip(), author, place)
    return await _named(words.removeprefix("@"), people, author, place)


def _here(whose: Whose, author: Author, place: Place) -> Whom:
    subjects = {"everyone": home(author.id), "channel": place.channel_key,
                "workspace": place.payer}  # fmt: skip
    return Whom(whose, subjects[whose])


def _of(whose: Whose, name: str, author: Author, place: Place) -> Whom:
    """`name` is an id, whole or without what all here have in common."""
    within = place.payer if whose == "channel" else home(author.id)
    bare = name.removeprefix(f"{within}:").lstrip("@#")
    if not _ID.fullmatch(bare):
        raise _unknown(name)
    return Whom(whose, f"{within}:{bare}")


async def _named(words: str, people: People, author: Author, place: Place) -> Whom:
    alike = await people.called(words, home(author.id), _AT_ONCE)
    found = [one for one in alike if words.lower() in _names(one)]
    if len(found) > 1:
        ids = ", ".join(f"`{one.id}`" for one in found)
        raise Refused(f"Several people are called “{words}”: {ids}. Give the id.")
    return Whom("person", found[0].id) if found else _by_id(words, author, place)


def _names(person: Author) -> set[str]:
    return {person.name.lower(), person.id.lower(), person.id.rpartition(":")[2].lower()}


def _by_id(words: str, author: Author, place: Place) -> Whom:
    people = home(author.id)
    if people != place.payer and words.startswith(f"{place.payer}:"):
        return _of("channel", words, author, place)
    bare = words.removeprefix(f"{people}:")
    if place.platform == "slack" and _SLACK.fullmatch(bare):
        return _of(_LETTERS.get(bare[0], "person"), bare, author, place)
    if bare != words or bare.isdecimal():
        return _of("person", bare, author, place)
    raise _unknown(words)


def _unknown(words: str) -> Refused:
    return Refused(
        f"I do not know whom you mean by “{words[:100]}”. Mention a person, a role or a channel, "
        "give an id (`role:…` and `channel:…` say what it is of), or write `everyone`, `channel` "
        "or `workspace`."
    )
