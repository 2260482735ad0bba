"""Through which everything comes in, by whatever way: written down, then acknowledged."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.intake import Intake
from adapters.slack.payloads import Json
from adapters.slack.said import Here
from adapters.slack.teams import Teams
from bot.errors import ParleyError, Refused

Next: TypeAlias = Callable[[], Awaitable[BoltResponse]]

log = logging.getLogger(__name__)
DONE, AGAIN = 200, 503  # what Slack hears: "got it", and nothing, so that it delivers again


class Door(AsyncMiddleware):
    """Bolt's one middleware. A class, as Bolt takes a function's arguments together anew for each
    event, for a quarter of the time that all of this takes.
    """

    def __init__(self, teams: Teams, intake: Intake) -> None:
        self._teams = teams
        self._intake = intake

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Next,  # noqa: A002
    ) -> BoltResponse:
        del resp, next
        return await self._enter(req.body, req.context)

    async def _enter(self, body: Json, context: AsyncBoltContext) -> BoltResponse:
        """What is not for us is acknowledged too, or Slack would deliver it four times."""
        if body.get("type") == "url_verification":
            return _answer({"challenge": str(body.get("challenge"))})
        # Not body["team_id"]: in a channel shared with another company that may be theirs.
        team = str(context.team_id or "")
        organisation = str(context.enterprise_id or "") if context.is_enterprise_install else ""
        try:
            if _removes(body):
                await self._teams.removed(team, organisation, _time(body))
            elif there := await self._teams.of(team, organisation):
                here = Here(team, there.bot)
                return _answer(await self._intake.take(body, here, there.web))
        except Refused as refusal:
            return _whispered(refusal.sentence)
        except ParleyError as error:
            log.error("an event was not accepted: %s", error)
            # A command is not delivered again, so its author hears of it.
            return _whispered(error.sentence) if "command" in body else BoltResponse(status=AGAIN)
        return _answer(None)


def _removes(body: Json) -> bool:
    """The token of the bot is gone; `tokens_revoked` tells of people's tokens too."""
    match body:
        case {"event": {"type": "app_uninstalled"}}:
            return True
        case {"event": {"type": "tokens_revoked", "tokens": {"bot": [_, *_]}}}:
            return True
    return False


def _time(body: Json) -> float:
    """When it happened, seconds since 1970; 0 where Slack does not say."""
    at = body.get("event_time")
    return float(at) if isinstance(at, int) else 0.0


def _answer(body: Json | None) -> BoltResponse:
    return BoltResponse(status=DONE, body=body or "")


def _whispered(sentence: str) -> BoltResponse:
    return _answer({"response_type": "ephemeral", "text": sentence})
