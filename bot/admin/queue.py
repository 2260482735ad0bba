"""Flagged messages: the moderators' queue. Of a message nothing is shown but its scores; its words
are where it was said.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.admin import bars, naming
from bot.admin.deciding import PATH, SAID
from bot.admin.elements import HTML, Content, element
from bot.admin.page import alert, section, table
from bot.moderating.decisions import DECISIONS
from bot.moderating.kinds import KINDS, plain
from bot.reports.naming import Names
from bot.storage.cases import Case, Cases

MOST = 50  # open cases
LATELY = 20  # decided ones
SHOWN = 4  # scores


class Queue:
    def __init__(self, cases: Cases, names: Names) -> None:
        self._cases = cases
        self._names = names

    async def show(self, request: web.Request) -> Content:
        cases, decided = await self._cases.open(MOST), await self._cases.decided(LATELY)
        both = [*cases, *decided]
        authors = [case.judged.author for case in both]
        authors += [case.review.author for case in decided]
        people = await self._names.of("author", list(dict.fromkeys(authors)))
        places = await naming.channels(self._names, [case.judged.place for case in both])
        said = SAID.get(request.query.get("said", ""))
        listed = [_open(case, people, places) for case in cases]
        return (
            alert(*said) if said else None,
            section("To decide", _listed(listed), note=await self._number(len(cases))),
            section("Decided lately", _decided(decided, people, places)),
        )

    async def _number(self, shown: int) -> str:
        number = await self._cases.number()
        return f"The oldest {shown} of {number:,}." if number > shown else ""


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
                f", policy: {judged.action}" if judged.action else None,
                f", verdict: {judged.moderation}" if judged.moderation else None),
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
