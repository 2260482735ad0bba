"""What only the asker may see. Slack keeps no ephemeral message, so none can be looked up: each is
sent at most once, written down before.
"""

import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters import markup
from adapters.slack import escapes
from adapters.slack.stream import LIMIT
from adapters.slack.web import Lost, asked, error_code
from bot.ports import Delivery

log = logging.getLogger(__name__)


async def whisper(web: AsyncWebClient, delivery: Delivery, key: str, text: str) -> bool:
    """False where Slack does not take it (and so nobody has seen it)."""
    for number, piece in enumerate(markup.split(escapes.harmless(text), LIMIT)):
        name = f"{delivery.nonce}:{key}:{number}"
        if name in delivery.log.known:
            continue
        await delivery.log.intend(name)
        if not await _sent(web, delivery, piece):
            return False
        await delivery.log.landed(name, "private")
    return True


async def _sent(web: AsyncWebClient, delivery: Delivery, piece: str) -> bool:
    body: dict[str, Any] = {
        "text": escapes.escaped(piece),
        "blocks": [{"type": "markdown", "text": piece}],
    }
    if delivery.address and await _by_response_url(web, delivery.address, body):
        return True
    try:
        await asked(
            web.chat_postEphemeral(
                channel=delivery.place.channel,
                user=delivery.author.id.rpartition(":")[2],
                thread_ts=delivery.place.thread or None,
                **body,
            )
        )
    except SlackApiError as error:
        log.warning("Slack does not take an ephemeral message: %s", error_code(error))
        return False
    except Lost as error:
        log.warning("a private answer may be lost: %s", error)
    return True


async def _by_response_url(web: AsyncWebClient, url: str, body: dict[str, Any]) -> bool:
    hook = AsyncWebhookClient(url, session=web.session, retry_handlers=web.retry_handlers[:1])
    message = {**body, "response_type": "ephemeral", "replace_original": False}
    try:
        answer = await hook.send_dict(message)
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("a private answer may be lost: %s", type(error).__name__)
        return True
    if answer.status_code == 200:  # noqa: PLR2004  HTTP's OK
        return True
    log.info("a response_url is used up or expired: %s", answer.body)
    return False
