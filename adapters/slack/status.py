"""That Parley is at work: a status with words of its own, and an agent session, with which Slack
shows its Stop button. The two share one place on the screen, and a session takes no words.
https://docs.slack.dev/ai/agent-sessions, https://github.com/vercel/chat/pull/897
"""

import asyncio
import logging
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters import markup
from adapters.slack.streaming import Session
from adapters.slack.web import Lost, error_code
from adapters.slack.workspace import Workspace
from bot.errors import Undeliverable
from bot.ports import Delivery

log = logging.getLogger(__name__)
_STATUS, _SESSION = "assistant.threads.setStatus", "agents.sessions.setStatus"
SESSION_AFTER = 1.0  # seconds
RENEWED_AFTER = 100.0  # seconds; Slack takes a status away after 120
_PATIENCE = 2.0  # seconds; an answer waits no longer for its sign
_LONGEST = 50  # characters that people read


class Status:
    """Of one answer. A sign and no more: where it cannot be shown, the answer comes all the same;
    Slack has signs for threads alone.
    `begun`: by a process that may have left a session behind.
    """

    def __init__(self, workspace: Workspace, delivery: Delivery, *, begun: bool) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._shown = ""
        self._in_session = False
        self._begun = begun
        self._keeping: asyncio.Task[None] | None = None
        self._one_call = asyncio.Lock()

    async def show(self, status: str, *, posted: bool) -> None:
        """`posted`: a message took it away, as Slack does itself."""
        if status == self._shown or not self._delivery.place.thread:
            return
        async with self._one_call:  # a renewal that comes after a post would stay
            self._shown = status
            self._keep(status)
            if status or not posted:
                await self._say(status)

    async def end(self, *, posted: bool, session: Session) -> None:
        """It always ends. `session`: what a stream did with it."""
        await self.show("", posted=posted)
        self._workspace.sessions -= self._in_session
        if session == "open" or (not session and (self._in_session or self._begun)):
            await self._session("active")

    def _keep(self, status: str) -> None:
        if self._keeping:
            self._keeping.cancel()
        self._keeping = asyncio.create_task(self._again(status)) if status else None

    async def _again(self, status: str) -> None:
        """Who is answered soon needs no button to stop it."""
        await asyncio.sleep(SESSION_AFTER)
        others = self._workspace.sessions  # each has to end
        if not self._in_session and self._workspace.limits.has_room(_SESSION, kept=others):
            self._in_session = True
            self._workspace.sessions += 1
            await self._session("processing")
        while True:
            await asyncio.sleep(RENEWED_AFTER)
            async with self._one_call:
                await self._say(status)

    async def _say(self, status: str) -> None:
        ends = not status
        if self._workspace.shows_status and (ends or self._workspace.limits.has_room(_STATUS)):
            words = markup.clean(status)[:_LONGEST]
            about = {"status": words} | ({} if ends else {"loading_messages": [words]})
            self._workspace.shows_status = await self._told(_STATUS, **about)

    async def _session(self, status: str) -> None:
        if self._workspace.has_sessions and self._delivery.place.thread:
            self._workspace.has_sessions = await self._told(_SESSION, status=status)

    async def _told(self, method: str, **about: Any) -> bool:
        """False where Slack will never take it: no agent, a missing scope, an older workspace."""
        place = self._delivery.place
        where = {"channel_id": place.channel, "thread_ts": place.thread}
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._workspace.calls(method, **where, **about)
        except SlackApiError as error:
            code = error_code(error)
            log.warning("Slack does not show that Parley is at work: %s %s", method, code)
            return code == "ratelimited"
        except (Undeliverable, Lost, TimeoutError) as error:
            log.info("a status was not shown: %r", error)
        return True
