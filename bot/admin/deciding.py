"""A case decided on the admin pages, as by the buttons that the moderators have."""

import asyncio
import secrets
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bot.admin.page import HOME
from bot.errors import NotAccepted
from bot.events import Author, Invocation
from bot.http.sessions import see_other
from bot.moderating.acting import Actor
from bot.moderating.decisions import DECISIONS
from bot.ports import Accept
from bot.services import Services
from bot.storage.cases import Case, Cases

LOOKS, PAUSE = 60, 0.05  # for the decision to be written down; seconds between two
PATH = f"{HOME}/moderation"
UNHEARD = (
    "Nothing is decided: the workspace has no moderation queue any more, so nobody would hear of "
    "it. Choose one by /moderation queue."
)
SAID = {
    "done": ("Decided. What could not be done stands with the case before the moderators.", "good"),
    "soon": ("It is being decided; look again in a moment.", "wait"),
    "late": ("Somebody has decided that already.", "wait"),
    "lost": ("The message is not to be found any more.", "bad"),
    "unheard": (UNHEARD, "bad"),
    "unwritten": ("Parley cannot write this down now; please try again.", "bad"),
}  # fmt: skip


class Deciding:
    """`author`: who decides."""

    def __init__(self, services: Services, cases: Cases, accept: Accept, author: Author) -> None:
        self._services = services
        self._cases = cases
        self._accept = accept
        self._author = author
        self._actor = Actor(services)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """POST of `case` and `decision`, a command of DECISIONS. It goes the way of a press of
        the button, with the rights of who acts here, and the moderators' message tells it.
        """
        form = await request.post()
        command, case = (
            str(form.get("decision", "")),
            await self._cases.get(str(form.get("case", ""))),
        )
        if case is None or command not in DECISIONS:
            return web.Response(status=HTTPStatus.NOT_FOUND, text="There is no such case.")
        return _back("late" if case.review.decision else await self._press(case, command))

    async def open(self, request: web.Request) -> web.StreamResponse:
        """To the message, where it was said: asked of the platform when somebody wants it."""
        case = await self._cases.get(request.match_info["case"])
        place = case.judged.place if case else None
        adapter = self._services.adapters.get(place.platform) if place else None
        if not (case and place and adapter):
            return _back("lost")
        link = await adapter.order.link(place, case.judged.source)
        good = link.startswith("/#") or urlsplit(link).scheme in {"http", "https"}
        return see_other(link) if good else _back("lost")

    async def _press(self, case: Case, command: str) -> str:
        """What of SAID is to be said of it."""
        queue = await self._actor.queue(case.judged.place)
        if queue is None:
            return "unheard"
        pressed = Invocation(
            id=f"admin:{secrets.token_urlsafe(9)}", place=queue, author=self._author,
            at=time.time(), command=command, by="button", of=case.delivery,
        )  # fmt: skip
        try:
            await self._accept(pressed)
        except NotAccepted:
            return "unwritten"
        return "done" if await self._written(case.delivery) else "soon"

    async def _written(self, delivery: str) -> bool:
        for _ in range(LOOKS):
            if (case := await self._cases.get(delivery)) is None or case.review.decision:
                return True
            await asyncio.sleep(PAUSE)
        return False


def _back(said: str) -> web.Response:
    return see_other(f"{PATH}?said={said}")
