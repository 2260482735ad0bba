"""How answers speak to Slack: each call within the limits of its workspace."""

from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.limits import Limits
from adapters.slack.retries import held
from adapters.slack.web import Call, asked


class Calls:
    def __init__(self, web: AsyncWebClient, limits: Limits) -> None:
        self.web = web
        self.limits = limits

    async def __call__(self, method: str, **body: Any) -> AsyncSlackResponse:
        """As `web.asked`, for a method by Slack's name of it."""
        channel = str(body.get("channel", ""))
        await self.limits.turn(method, channel)
        call: Call = getattr(self.web, method.replace(".", "_"))(**body)
        before = held.set(partial(self.limits.hold, method, channel))
        try:
            return await asked(call)
        finally:
            held.reset(before)
