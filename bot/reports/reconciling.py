"""Our ledger against the provider's own books, by UTC day and model."""

import asyncio
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.openai.organization import USAGE, Bucket, Organization, Result
from bot.reports.periods import Period, written
from bot.spending.money import MICROS, dollars
from bot.storage.reports import Reports, Sums

DAY = 86_400  # seconds
_EPOCH = date(1970, 1, 1)
_DATE = re.compile(r"-20\d\d-[01]\d-[0-3]\d$")
_TITLES = {"calls": "calls", "tokens_in": "tokens in", "tokens_out": "tokens out",
           "pictures": "pictures", "seconds": "seconds", "characters": "characters"}  # fmt: skip
SHOWN = 25  # lines of drift
UTC = ZoneInfo("UTC")
NO_KEY = (
    "Parley can look at the provider's own books with an admin key only. Make one at "
    "platform.openai.com (Settings, Organization, Admin keys), set it as OPENAI_ADMIN_KEY, and "
    "start Parley anew."
)


class Drift(NamedTuple):
    """`theirs.spent` is in micro-dollars like ours; it is None where the provider told no cost."""

    day: date
    model: str
    ours: Sums
    theirs: Sums
    charged: int | None

    @property
    def difference(self) -> int | None:
        """Ours less theirs, micro-dollars."""
        return None if self.charged is None else self.ours.spent - self.charged

    @property
    def units(self) -> dict[str, int]:
        """Ours less theirs, of what the provider counts, where it is not the same."""
        counted = (name for name in _TITLES if getattr(self.theirs, name) or not self.theirs.calls)
        found = {name: getattr(self.ours, name) - getattr(self.theirs, name) for name in counted}
        return {name: number for name, number in found.items() if number}

    @property
    def agrees(self) -> bool:
        """Within a cent, as the provider rounds."""
        return not self.units and abs(self.difference or 0) < MICROS // 100


async def drifts(
    reports: Reports, organization: Organization, period: Period, project: str = ""
) -> list[Drift]:
    """By day and model. Raises OpenAIError."""
    days = range((period.first - _EPOCH).days, (period.last - _EPOCH).days + 1)
    since, until = days.start * DAY, days.stop * DAY
    ours = await reports.by_model(days)
    *usage, costs = await asyncio.gather(
        *(organization.usage(kind, since, until, project) for kind in USAGE),
        organization.costs(since, until, project),
    )
    return _compared(ours, [bucket for kind in usage for bucket in kind], costs)


def _compared(
    booked: dict[tuple[int, str, str], Sums], usage: Iterable[Bucket], costs: Iterable[Bucket]
) -> list[Drift]:
    ours: defaultdict[tuple[date, str], Sums] = defaultdict(Sums)
    theirs: defaultdict[tuple[date, str], Sums] = defaultdict(Sums)
    charged: defaultdict[tuple[date, str], int] = defaultdict(int)
    for (day, _, model), sums in booked.items():
        ours[_EPOCH + timedelta(days=day), _named(model)] += sums
    for day_, result in _results(usage):
        theirs[day_, _named(result.model or "")] += _sums(result)
    for day_, result in _results(costs):
        if result.amount and result.amount.value is not None:
            item = (result.line_item or "").split(",")[0]
            charged[day_, _named(item)] += round(result.amount.value * MICROS)
    keys = sorted({*ours, *theirs, *charged})
    return [Drift(*key, ours[key], theirs[key], charged.get(key)) for key in keys]


def _results(buckets: Iterable[Bucket]) -> Iterable[tuple[date, Result]]:
    for bucket in buckets:
        day = datetime.fromtimestamp(bucket.start_time, UTC).date()
        yield from ((day, result) for result in bucket.results)


def _sums(result: Result) -> Sums:
    return Sums(
        calls=result.num_model_requests or 0, tokens_in=result.input_tokens or 0,
        tokens_out=result.output_tokens or 0, tokens_cached=result.input_cached_tokens or 0,
        pictures=result.images or 0, seconds=result.seconds or 0,
        characters=result.characters or 0,
    )  # fmt: skip


def _named(model: str) -> str:
    """We ask for `gpt-4o-mini`, and the provider books a snapshot of it."""
    return _DATE.sub("", model.strip()) or "not named"


def told(found: Sequence[Drift], period: Period) -> str:
    """What differs, day by day."""
    ours = sum(one.ours.spent for one in found)
    theirs = sum(one.charged or 0 for one in found)
    differing = [one for one in found if not one.agrees]
    lines = [
        f"**Parley's books and the provider's, {period.dates} (UTC)**",
        f"Ours {dollars(ours)}, theirs {dollars(theirs)}: {_more(ours - theirs)}.",
        *_remarks(found, differing),
        *(_line(one) for one in differing[:SHOWN]),
    ]
    if len(differing) > SHOWN:
        lines.append(f"- … and {len(differing) - SHOWN} more; all of them are in the table.")
    return "\n".join(lines)


def _remarks(found: Sequence[Drift], differing: Sequence[Drift]) -> Iterable[str]:
    yield f"{len(found) - len(differing)} of {len(found)} lines (a day and a model each) agree."
    if any(one.charged is None and one.theirs.calls for one in found):
        yield "For some of them the provider tells no cost, so only what was used is compared."
    if any(not one.ours.calls for one in differing):
        yield (
            "What Parley did not book may be somebody else's: `project` compares with Parley's "
            "project alone."
        )


def _line(one: Drift) -> str:
    facts = []
    if one.difference is not None:
        facts.append(f"ours {dollars(one.ours.spent)}, theirs {dollars(one.charged or 0)}, "
                     f"{_more(one.difference)}")  # fmt: skip
    facts += [f"{_TITLES[name]} {number:+,}" for name, number in one.units.items()]
    if one.ours.estimated:
        facts.append(f"{one.ours.estimated} of ours are estimates ({dollars(one.ours.guessed)})")
    if one.ours.unpriced:
        facts.append(f"{one.ours.unpriced} of ours have no known price")
    return f"- {written(one.day)}, `{one.model}`: {'; '.join(facts)}"


def _more(difference: int) -> str:
    if not difference:
        return "the same"
    return f"{dollars(abs(difference))} {'more' if difference > 0 else 'less'} in ours"


def table(found: Iterable[Drift]) -> str:
    """All of it, as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([_HEAD, *map(_row, found)])
    return text.getvalue()


_HEAD = ("day_utc", "model", "ours_usd", "theirs_usd", "estimated_usd", "ours_estimated",
         *(f"{side}_{name}" for name in _TITLES for side in ("ours", "theirs")))  # fmt: skip


def _row(one: Drift) -> Sequence[str | int]:
    sides = (getattr(sums, name) for name in _TITLES for sums in (one.ours, one.theirs))
    charged = "" if one.charged is None else _usd(one.charged)
    return (one.day.isoformat(), one.model, _usd(one.ours.spent), charged, _usd(one.ours.guessed),
            one.ours.estimated, *sides)  # fmt: skip


def _usd(amount: int) -> str:
    return f"{amount / MICROS:.6f}"
