"""How the providers stand with this process: breakers, and what is left of rate limits."""

from collections.abc import Sequence

from aiohttp import web

from bot.admin import bars
from bot.admin.elements import HTML, Content, element
from bot.admin.page import section, sign, table
from bot.openai.standing import BreakerStanding, Level, PaceStanding, Standing
from bot.providers import Providers

MOST = 100  # models of a server
_KINDS = {"closed": "good", "half open": "wait", "open": "bad"}
_WINDOWS = {60.0: "a minute", 86_400.0: "a day"}
NOTE = "As this process knows it; another has its own. What was not asked yet is not listed."


class Limits:
    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def show(self, _request: web.Request) -> Content:
        parts: list[Content] = [element("p", NOTE, class_="note")]
        for capabilities, standings in self._providers.standings():
            named = ", ".join(capabilities)
            for place, standing in enumerate(standings):
                stands_in = "" if place == 0 else ", where those before it are down"
                parts.append(_server(standing, f"For {named}{stands_in}."))
        return parts


def _server(standing: Standing, note: str) -> HTML:
    breakers = table(
        ("Breaker", "State", "Failures in a row"),
        [(b.capability, _breaker(b), f"{b.failures:,}") for b in standing.breakers],
        "Nothing was asked of it yet.",
    )
    paces = table(
        ("Model", "Left of its limits", "Waiting", "The server"),
        [_pace(pace) for pace in standing.paces[:MOST]],
        "",
    )
    return section(standing.address, breakers, paces if standing.paces else None, note=note)


def _breaker(breaker: BreakerStanding) -> HTML:
    told = {
        "closed": "lets all through",
        "half open": "lets one try",
        "open": f"lets nobody through for {breaker.seconds:.0f} s",
    }
    return sign(_KINDS[breaker.state], told[breaker.state])


def _pace(pace: PaceStanding) -> Sequence[Content]:
    levels = element("div", *map(_level, pace.levels)) if pace.levels else "no limit is known"
    waiting = f"{pace.waiting:,} calls" if pace.waiting else "none"
    closed = pace.closed > 0
    state = f"wants nothing for {pace.closed:.0f} s" if closed else "takes more"
    return (
        pace.model or "without a model", levels,
        sign("wait", waiting) if pace.waiting else waiting,
        sign("bad" if closed else "good", state),
    )  # fmt: skip


def _level(level: Level) -> HTML:
    share = level.left / level.limit
    of = _WINDOWS.get(level.seconds, "as the server says")
    text = f"{level.left:,} of {level.limit:,} {level.kind}, {of}"
    return element("div", element("small", text), bars.bar(share, "low" if share < 0.1 else ""),  # noqa: PLR2004  a tenth
                   class_="level")  # fmt: skip
