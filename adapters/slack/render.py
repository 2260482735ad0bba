"""A Screen on Slack, until it is done."""

import logging
from contextlib import aclosing

from slack_sdk.errors import SlackApiError

from adapters.pacing import AGAIN, frames
from adapters.slack.answer import Answer
from adapters.slack.aside import aloud, privately
from adapters.slack.posts import GONE, said
from adapters.slack.web import missing_scope
from adapters.slack.whisper import whisper
from adapters.slack.workspace import Workspace
from bot.errors import Undeliverable
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)
_NOT_HERE = {"channel_not_found", "not_in_channel"}


async def deliver(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    """The adapter's `deliver`."""
    try:
        await _deliver(workspace, delivery, screen)
    except Undeliverable as error:
        if said(error) == GONE:  # who deletes an answer wants no other
            return log.info("not answered any further: %s", error)
        if said(error) in _NOT_HERE and await aloud(workspace, delivery, screen):
            return None
        if delivery.address:  # works where Parley is not in the channel
            await whisper(workspace.calls, delivery, "undeliverable", error.sentence)
        raise


async def _deliver(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    try:
        await (privately if delivery.private else _publicly)(workspace, delivery, screen)
    except SlackApiError as error:
        if sentence := missing_scope(error):
            raise Undeliverable(sentence, str(error)) from error
        raise


async def _publicly(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    answer = Answer(workspace, delivery)
    workspace.editing += 1
    try:
        async with aclosing(frames(screen, workspace.turns(delivery, screen), AGAIN)) as states:
            async for state in states:
                await answer.show(state)
    finally:
        workspace.editing -= 1
        await answer.close()
