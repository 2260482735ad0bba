"""A report as CSV: a line for each day, person, channel, capability and model."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from bot.reports.periods import Period, day_of
from bot.spending.money import MICROS
from bot.storage.reports import Line, Sums

MOST = 200_000  # lines
LARGEST = 8 << 20  # bytes that every platform takes; more is packed
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets would calculate
_HEAD = (
    "day", "person", "person_name", "channel", "channel_name", "capability", "model", "cost_usd",
    *(name for name in Sums._fields if name not in {"spent", "guessed"}),
)  # fmt: skip


def table(
    lines: Sequence[Line], period: Period, people: dict[str, str], channels: dict[str, str]
) -> tuple[str, bytes]:
    """Its name and content. To be called off the loop."""
    name = f"usage-{period.first}-{period.last}.csv"
    content = written(lines, period, people, channels).encode("utf-8-sig")
    return (name, content) if len(content) <= LARGEST else (f"{name}.zip", _packed(name, content))


def written(
    lines: Sequence[Line], period: Period, people: dict[str, str], channels: dict[str, str]
) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    dates = {day: day_of(day, period.zone).isoformat() for day in {line.day for line in lines}}
    called = {id_: _safe(name) for id_, name in (people | channels).items()}
    writer.writerows(_row(line, dates, called) for line in lines)
    return text.getvalue()


def _row(line: Line, dates: Mapping[int, str], called: Mapping[str, str]) -> Sequence[str | int]:
    sums = line.sums
    return (
        dates[line.day], line.author, called.get(line.author, ""), line.channel,
        called.get(line.channel, ""), line.capability, _safe(line.model),
        f"{sums.spent / MICROS:.6f}", sums.calls, sums.unpriced, sums.estimated, sums.tokens_in,
        sums.tokens_out, sums.tokens_cached, sums.pictures, sums.seconds, sums.characters,
    )  # fmt: skip


def _safe(text: str) -> str:
    """https://owasp.org/www-community/attacks/CSV_Injection"""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _packed(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()
