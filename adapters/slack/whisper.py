"""What only the asker may see, and what all may where Parley is not: by a response_url, or as an
ephemeral message. Slack keeps neither where it can be looked up, so each is sent at most once,
written down before.
"""

import logging

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters import markup
from adapters.slack import escapes
from adapters.slack.blocks import LONGEST, Content, Json, written
from adapters.slack.calls import Calls
from adapters.slack.web import Lost, error_code
from bot.ports import Delivery

log = logging.getLogger(__name__)
_OK = 200


async def whisper(calls: Calls, delivery: Delivery, key: str, markdown: str) -> bool:
    """False where Slack does not take it (and so nobody has seen it)."""
    for number, piece in enumerate(markup.split(escapes.harmless(markdown), LONGEST)):
        if not await say(calls, delivery, f"{key}:{number}", written(piece)):
            return False
    return True


async def say(
    calls: Calls, delivery: Delivery, key: str, content: Content, *, to_all: bool = False
) -> bool:
    """As `whisper`. `to_all`: where Parley is not in the channel; takes a response_url."""
    name = f"{delivery.nonce}:{key}"
    if name in delivery.log.known:
        return True
    await delivery.log.intend(name)
    if not await _sent(calls, delivery, content._asdict(), to_all=to_all):
        return False
    await delivery.log.landed(name, "private")
    return True


async def _sent(calls: Calls, delivery: Delivery, body: Json, *, to_all: bool) -> bool:
    if delivery.address:
        kind = {"response_type": "in_channel" if to_all else "ephemeral", "replace_original": False}
        if await _by_response_url(calls, delivery.address, body | kind):
            return True
    return not to_all and await _ephemeral(calls, delivery, body)


async def _ephemeral(calls: Calls, delivery: Delivery, body: Json) -> bool:
    try:
        await calls(
            "chat.postEphemeral",
            channel=delivery.place.channel,
            user=delivery.author.id.rpartition(":")[2],
            thread_ts=delivery.place.thread or None,
            **body,
        )
    except SlackApiError as error:
        log.warning("Slack does not take an ephemeral message: %s", error_code(error))
        return False
    except Lost as error:
        log.warning("a private answer may be lost: %s", error)
    return True


async def _by_response_url(calls: Calls, url: str, body: Json) -> bool:
    web = calls.web
    hook = AsyncWebhookClient(url, session=web.session, retry_handlers=web.retry_handlers[:1])
    try:
        answer = await hook.send_dict(body)
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("an answer may be lost: %s", type(error).__name__)
        return True
    if answer.status_code == _OK:
        return True
    log.info("a response_url is used up or expired: %s", answer.body)
    return False
