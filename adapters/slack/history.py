"""What was said in a thread, as Slack tells it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing

from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import said
from adapters.slack.names import Names
from adapters.slack.payloads import Words, read
from adapters.slack.refusals import explained
from adapters.slack.said import Here
from adapters.slack.web import asked
from bot.errors import Refused
from bot.events import Message, Place
from bot.ports import PARLEY

# Seconds. An app that is sold outside Slack's Marketplace may ask once a minute, for 15 messages:
# it answers without what was said before, rather than a minute late.
PATIENCE = 5.0
_PAGE = 200
_SAID = {*said.BY_PEOPLE, "bot_message"}


async def before(  # noqa: PLR0913  whose words, whose names, where and how many
    client: AsyncWebClient, here: Here, place: Place, ts: str, limit: int, *, names: Names
) -> Sequence[Message]:
    """The last `limit` messages of the thread that are older than this one, oldest first. Raises
    Refused.
    """
    if not place.thread:
        return ()
    with explained("Parley cannot read what was said here before"):
        async with asyncio.timeout(PATIENCE), aclosing(_thread(client, place, ts)) as thread:
            last = deque([w async for w in thread if w.subtype in _SAID and w.ts != ts], limit)
            people = {words.user for words in last} - {here.bot}
            called = await names.of(client, here.team, people)
    return [_heard(words, here, place.channel, called) for words in last]


async def standing(client: AsyncWebClient, here: Here, place: Place, ts: str) -> Message:
    """One message of the thread as it stands now. Raises Refused where it is gone."""
    answer = await asked(
        client.conversations_replies(
            channel=place.channel, ts=place.thread, oldest=ts, latest=ts,
            inclusive=True, limit=2,  # the root may come with it, whatever is asked for
        )
    )  # fmt: skip
    for words in _words(answer):
        if words.ts == ts and words.subtype in _SAID:
            return said.standing(words, here, place.channel)
    raise Refused("The message that this is about is gone.")


async def _thread(client: AsyncWebClient, place: Place, ts: str) -> AsyncGenerator[Words, None]:
    """Slack tells a thread from its beginning, so the end takes all of it."""
    cursor: str | None = None
    while cursor != "":
        answer = await asked(
            client.conversations_replies(
                channel=place.channel, ts=place.thread, latest=ts, limit=_PAGE, cursor=cursor
            )
        )
        for words in _words(answer):
            yield words
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _words(answer: AsyncSlackResponse) -> Iterator[Words]:
    for message in answer.get("messages") or ():
        if words := read(message, Words):
            yield words


def _heard(words: Words, here: Here, channel: str, called: Mapping[str, str]) -> Message:
    message = said.standing(words, here, channel, names=called)
    return replace(message, author=PARLEY) if words.user == here.bot else message
