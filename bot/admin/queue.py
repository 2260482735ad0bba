"""Flagged messages: the moderators' queue, decided here as by its buttons. Of a message nothing is
shown but its scores; its words are where it was said.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bot.admin import bars, naming
from bot.admin.elements import HTML, Content, element
from bot.admin.page import HOME, alert, section, table
from bot.errors import NotAccepted
from bot.events import Author, Invocation
from bot.http.sessions import see_other
from bot.moderating.acting import Actor
from bot.moderating.decisions import DECISIONS
from bot.moderating.kinds import KINDS, plain
from bot.ports import Accept
from bot.reports.naming import Names
from bot.services import Services
from bot.storage.cases import Case, Cases

MOST = 50  # open cases
LATELY = 20  # decided ones
SHOWN = 4  # scores
LOOKS, PAUSE = 60, 0.05  # for the decision to be written down; seconds between two
PATH = f"{HOME}/moderation"
UNHEARD = (
    "Nothing is decided: the workspace has no moderation queue any more, so nobody would hear of "
    "it. Choose one by /moderation queue."
)
_SAID = {
    "done": ("Decided. What could not be done stands with the case before the moderators.", "good"),
    "soon": ("It is being decided; look again in a moment.", "wait"),
    "late": ("Somebody has decided that already.", "wait"),
    "lost": ("The message is not to be found any more.", "bad"),
    "unheard": (UNHEARD, "bad"),
    "unwritten": ("Parley cannot write this down now; please try again.", "bad"),
}  # fmt: skip


class Queue:
    def __init__(
        self, services: Services, cases: Cases, names: Names, accept: Accept, author: Author
    ) -> None:
        self._services = services
        self._cases = cases
        self._names = names
        self._accept = accept
        self._author = author
        self._actor = Actor(services)

    async def show(self, request: web.Request) -> Content:
        cases, decided = await self._cases.open(MOST), await self._cases.decided(LATELY)
        both = [*cases, *decided]
        authors = [case.judged.author for case in both]
        authors += [case.review.author for case in decided]
        people = await self._names.of("author", list(dict.fromkeys(authors)))
        places = await naming.channels(self._names, [case.judged.place for case in both])
        said = _SAID.get(request.query.get("said", ""))
        listed = [_open(case, people, places) for case in cases]
        return (
            alert(*said) if said else None,
            section("To decide", _listed(listed), note=await self._number(len(cases))),
            section("Decided lately", _decided(decided, people, places)),
        )

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
        link = await adapter.link(place, case.judged.source)
        good = link.startswith("/#") or urlsplit(link).scheme in {"http", "https"}
        return see_other(link) if good else _back("lost")

    async def _press(self, case: Case, command: str) -> str:
        """What of _SAID is to be said of it."""
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

    async def _number(self, shown: int) -> str:
        number = await self._cases.number()
        return f"The oldest {shown} of {number:,}." if number > shown else ""


def _back(said: str) -> web.Response:
    return see_other(f"{PATH}?said={said}")


def _listed(cases: Sequence[HTML]) -> HTML:
    if not cases:
        return element("p", "Nothing waits for a decision.", class_="empty")
    return element("ul", *cases, class_="cases")


def _open(case: Case, people: dict[str, str], places: dict[str, str]) -> HTML:
    judged = case.judged
    about = f"{people[judged.author]}, {places[judged.place.channel_key]}, {_when(judged.at)}"
    return element(
        "li",
        element("h3", plain([judged.category]).capitalize()),
        element("p", about, class_="note"),
        _scores(case),
        element("p", element("a", "The message", href=f"{PATH}/message/{case.delivery}",
                             rel="noreferrer", target="_blank"),
                f", policy: {judged.action}" if judged.action else None),
        _buttons(case),
    )  # fmt: skip


def _scores(case: Case) -> HTML:
    highest = sorted(case.judged.scores.items(), key=lambda one: -one[1])[:SHOWN]
    return element(
        "ol",
        *(
            element("li", element("span", KINDS.get(name, name), class_="name"),
                    element("b", f"{score:.2f}"), bars.bar(score))
            for name, score in highest
        ),
        class_="shares",
    )  # fmt: skip


def _buttons(case: Case) -> HTML:
    buttons = (
        element("button", label, name="decision", value=command,
                class_=None if command == "approve_case" else "plain")
        for command, (label, _) in DECISIONS.items()
    )  # fmt: skip
    hidden = element("input", type="hidden", name="case", value=case.delivery)
    return element(
        "form", hidden, *buttons, method="post", action=f"{PATH}/decide", class_="buttons"
    )


def _decided(cases: Sequence[Case], people: dict[str, str], places: dict[str, str]) -> HTML:
    rows = [
        (plain([case.judged.category]).capitalize(), people[case.judged.author],
         places[case.judged.place.channel_key], case.review.decision.capitalize(),
         people[case.review.author], _when(case.review.at))
        for case in cases
    ]  # fmt: skip
    head = ("What", "Who", "Where", "Decision", "By", "When")
    return table(head, rows, "Nothing was decided yet.")


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
