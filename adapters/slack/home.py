"""What people see when they open Parley itself: its page, and what Slack suggests to ask."""

import asyncio
import logging

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters import markup
from adapters.slack.mrkdwn import mrkdwn
from adapters.slack.payloads import HomeOpened, Json
from adapters.slack.prompts import PROMPTS
from adapters.slack.said import PLATFORM, Here, author
from adapters.slack.web import Lost, asked, error_code
from bot.errors import Undeliverable
from bot.events import Invocation, Place
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds; Slack waits three for an acknowledgement
PAGE = "home"  # the address of an answer that is the page
_MADE_ANEW = 60  # seconds; who comes again sooner finds the page as it was
_SECTION = 2_900  # characters; Slack takes 3,000
_BLOCKS = 100


def visit(opened: HomeOpened, here: Here) -> Invocation | None:
    """The page is made by an answer. All visits of one minute are one event."""
    if opened.tab != "home":
        return None
    at = int(opened.event_ts[:10])
    return Invocation(
        id=f"{PLATFORM}:{here.team}:{opened.user}:home:{at // _MADE_ANEW}",
        place=Place(PLATFORM, here.team, opened.channel),
        author=author(here.team, opened.user),
        at=float(at),
        command="home",
        by="home",
        address=PAGE,
    )


async def publish(client: AsyncWebClient, delivery: Delivery, screen: Screen) -> None:
    """`deliver` of the page: whole, once it is known. Making it twice does no harm."""
    while not screen.done:
        await screen.changed()
    text = "\n\n".join(filter(None, [screen.text, *(notice.text for notice in screen.notices)]))
    user = delivery.author.id.rpartition(":")[2]
    try:
        await asked(client.views_publish(user_id=user, view=page(text)))
    except SlackApiError as error:
        if error_code(error) == "not_enabled":
            raise Undeliverable("The Home tab is not enabled for Parley", str(error)) from error
        raise


def page(markdown: str) -> Json:
    """In sections, as Slack's markdown block is for messages only.
    https://docs.slack.dev/reference/block-kit/blocks
    """
    pieces = markup.split(mrkdwn(markdown), _SECTION)[:_BLOCKS] or ["Nothing to show."]
    return {
        "type": "home",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": p}} for p in pieces],
    }


async def suggest(client: AsyncWebClient, channel: str) -> None:
    """Beside an empty conversation. Not for a thread: Slack drops what names one, in an app with
    an agent_view. https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
    """
    prompts = [{"title": title, "message": message} for title, message in PROMPTS]
    call = client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts)
    try:
        async with asyncio.timeout(PATIENCE):
            await asked(call)
    except SlackApiError as error:
        log.info("Slack takes no suggested prompts: %s", error_code(error))
    except (Undeliverable, Lost, TimeoutError) as error:
        log.info("prompts were not suggested: %r", error)
