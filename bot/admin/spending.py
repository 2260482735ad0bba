"""What was spent: by day and by person, channel, model and capability."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from aiohttp import web

from bot.admin import bars
from bot.admin.bars import Column
from bot.admin.elements import HTML, Content, element, joined
from bot.admin.naming import workspace as called
from bot.admin.page import HOME, alert, section, table, tiles
from bot.errors import Refused
from bot.reports.figures import Figures, Row, money
from bot.reports.making import Making
from bot.reports.periods import NAMED, USUAL, Period, written
from bot.reports.words import calls, caveats, units
from bot.services import Services
from bot.storage.reports import Dimension, Sums

MOST = 200  # workspaces that can be chosen
_SECTIONS: Mapping[Dimension, str] = {
    "author": "People", "channel": "Channels", "model": "Models", "capability": "Capabilities",
}  # fmt: skip
_OPTIONS = ("period", "since", "until")


class Spending:
    """`now`: seconds since 1970."""

    def __init__(self, services: Services, now: Callable[[], float]) -> None:
        self._reports = services.reports
        self._making = Making(services, now)

    async def show(self, request: web.Request) -> Content:
        workspaces = (await self._reports.workspaces())[:MOST]
        if not workspaces:
            return alert("Nothing has been used yet.", "wait")
        wanted = request.query.get("workspace", "")
        workspace = wanted if wanted in workspaces else workspaces[0]
        form = _form(request.query, workspaces, workspace)
        try:
            period = self._period(request.query)
        except Refused as refusal:
            return form, alert(refusal.sentence.replace("`", ""))
        figures = await self._making.figures(workspace, period)
        before = await self._making.sum(workspace, period.before)
        return form, _summary(figures, before), _days(figures), _sections(figures)

    def _period(self, query: Mapping[str, str]) -> Period:
        values = {name: text for name in _OPTIONS if (text := query.get(name, "").strip())}
        if values.get("period") not in NAMED or values.keys() & {"since", "until"}:
            values.pop("period", None)
        return self._making.period(values)


def _form(query: Mapping[str, str], workspaces: Sequence[str], workspace: str) -> HTML:
    named = query.get("period", "")
    by_days = any(query.get(name) for name in ("since", "until"))
    period = named if named in NAMED and not by_days else "" if by_days else USUAL
    periods = [("", "these days:"), *((name, name) for name in NAMED)]
    spaces = [(key, called(key)) for key in workspaces]
    return element(
        "form",
        _choice("workspace", "Workspace", spaces, workspace) if len(spaces) > 1 else None,
        _choice("period", "Period", periods, period),
        _day("since", "From", query),
        _day("until", "To", query),
        element("button", "Show"),
        method="get", action=f"{HOME}/spending", class_="filters",
    )  # fmt: skip


def _choice(name: str, title: str, values: Sequence[tuple[str, str]], chosen: str) -> HTML:
    options = (
        element("option", text, value=value, selected=value == chosen) for value, text in values
    )
    return element("label", title, element("select", *options, name=name))


def _day(name: str, title: str, query: Mapping[str, str]) -> HTML:
    value = query.get(name, "")[:10]
    return element("label", title, element("input", type="date", name=name, value=value))


def _summary(figures: Figures, before: Sums) -> HTML:
    if not figures.sum.calls:
        return alert(_nothing(figures), "wait")
    days = len(figures.days)
    usual = Sums(spent=figures.sum.spent // days)
    tokens = figures.sum.tokens_in + figures.sum.tokens_out
    cached = figures.sum.tokens_cached
    facts = (
        ("Spent", money(figures.sum), _change(figures.sum, before)),
        ("Each day", money(usual), f"over {days} days" if days > 1 else "one day"),
        ("Calls", f"{figures.sum.calls:,}", ""),
        ("Tokens", f"{tokens:,}", f"{cached:,} of them cached" if cached else ""),
    )
    notes = (element("p", line, class_="note") for line in caveats(figures.sum))
    return joined(tiles(*facts), *notes)


def _nothing(figures: Figures) -> str:
    if figures.first is not None and figures.period.last < figures.first:
        return f"Nothing: Parley's records begin on {written(figures.first)}."
    return f"Nothing was used: {figures.period}."


def _change(now: Sums, before: Sums) -> str:
    if not now.spent:
        return ""
    if not before.spent:
        return "nothing in as many days before"
    part = now.spent / before.spent - 1
    more = "more" if part > 0 else "less"
    return f"{abs(part):,.0%} {more} than in as many days before ({money(before)})"


def _days(figures: Figures) -> HTML | None:
    if len(figures.days) < 2 or not figures.sum.calls:  # noqa: PLR2004  one day is no course of time
        return None
    facts = [Column(f"{written(day)}: {_amount(figures, sums)}", figures.size(sums))
             for day, sums in figures.days.items()]  # fmt: skip
    dearest = max(figures.days, key=lambda day: figures.size(figures.days[day]))
    label = f"Bars, one a day. The highest is {_amount(figures, figures.days[dearest])}."
    ends = element(
        "p", *(element("span", f"{day.day} {day:%b}") for day in _marked(list(figures.days))),
        class_="ends", aria_hidden="true",
    )  # fmt: skip
    most = element("p", _amount(figures, figures.days[dearest]), class_="most", aria_hidden="true")
    rows = [(written(day), _amount(figures, sums), units(sums))
            for day, sums in figures.days.items() if sums.calls]  # fmt: skip
    listed = element(
        "details", element("summary", "As a table"), table(("Day", "Spent", "For"), rows, "")
    )
    return section("Days", most, bars.columns(facts, label), ends, listed,
                   note=str(figures.period))  # fmt: skip


def _marked(days: Sequence[date]) -> Sequence[date]:
    """The first, the last, and one between."""
    return [days[0], days[len(days) // 2], days[-1]] if len(days) > 2 else days  # noqa: PLR2004  as said


def _sections(figures: Figures) -> HTML:
    parts = (_section(figures, name, title) for name, title in _SECTIONS.items())
    return element("div", *parts, class_="halves")


def _section(figures: Figures, name: Dimension, title: str) -> HTML:
    whole = figures.size(figures.sum) or 1.0
    rows = [row for row in figures.by[name] if row.sums.calls]
    items = (_item(figures, row, figures.size(row.sums) / whole) for row in rows)
    empty = element("p", "Nobody and nothing.", class_="empty")
    return section(title, element("ol", *items, class_="shares") if rows else empty)


def _item(figures: Figures, row: Row, share: float) -> HTML:
    return element(
        "li",
        element("span", row.name, class_="name"),
        element("b", _amount(figures, row.sums)),
        bars.bar(share),
        element("small", f"{share:.0%}, {units(row.sums)}"),
    )


def _amount(figures: Figures, sums: Sums) -> str:
    return money(sums) if figures.in_money or sums.unpriced else calls(sums.calls)
