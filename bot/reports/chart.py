"""Figures as a picture. It stands on a dark card with a border, so that it can be read on a light
page and on a dark one. Imported when one is drawn, off the loop: matplotlib takes half a second.
"""

import io
import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.reports.figures import Figures, Row

CARD, INK, FAINT, GRID = "#1d2129", "#eef0f4", "#aab1bd", "#39404d"
BARS = {"day": "#7db2ff", "author": "#8fd9a8", "model": "#f2b872", "channel": "#d5a6f2"}
WIDTH, DPI = 10.0, 110
_TOP = 6  # bars of a panel beside the days'
_LONGEST = 22  # characters of a name
_TICKS = 10  # days that are named


def chart(figures: Figures) -> bytes:
    """PNG."""
    several = len(figures.days) > 1
    drawing = Figure(
        (WIDTH, 6.2 if several else 3.6), DPI, facecolor=CARD, edgecolor=GRID, linewidth=3,
        layout=ConstrainedLayoutEngine(w_pad=0.16, h_pad=0.12),
    )  # fmt: skip
    FigureCanvasAgg(drawing)
    drawing.suptitle(_text(f"Usage, {figures.period.dates}"), color=INK, fontsize=14)
    ratios = (1.15, 1) if several else (1,)
    grid = drawing.add_gridspec(len(ratios), 3, height_ratios=ratios)
    if several:
        _days(drawing.add_subplot(grid[0, :]), figures)
    for column, (name, title) in enumerate(
        (("author", "People"), ("channel", "Channels"), ("model", "Models"))
    ):
        panel = drawing.add_subplot(grid[-1, column])
        _top(panel, figures, figures.by[name], title, BARS[name])  # type: ignore[index]  # they are dimensions
    content = io.BytesIO()
    drawing.savefig(content, format="png", facecolor=CARD, edgecolor=GRID)
    return content.getvalue()


def described(figures: Figures) -> str:
    """For those who cannot see it."""
    dearest = max(figures.days.items(), key=lambda pair: figures.size(pair[1]))
    return (
        f"Bars of what was used on each day of {figures.period.dates}, by people, channels and "
        f"models. The most was used on {dearest[0]}."
    )


def _days(panel: Axes, figures: Figures) -> None:
    sizes = [figures.size(sums) for sums in figures.days.values()]
    places = range(len(sizes))
    panel.bar(places, sizes, width=0.78, color=BARS["day"])
    step = -(-len(sizes) // _TICKS)
    panel.set_xticks(places[::step], [f"{day.day} {day:%b}" for day in list(figures.days)[::step]])
    _plain(panel, "Spent each day" if figures.in_money else "Calls each day", "y")
    panel.yaxis.set_major_locator(MaxNLocator(5, integer=not figures.in_money, min_n_ticks=2))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda size, _: _amount(figures, size)))
    panel.set_ylim(0, max([*sizes, 1e-6]) * 1.08)
    panel.set_xlim(-0.6, len(sizes) - 0.4)


def _top(panel: Axes, figures: Figures, rows: Sequence[Row], title: str, color: str) -> None:
    shown = [row for row in rows if row.sums.calls][:_TOP]
    sizes = [figures.size(row.sums) for row in shown]
    panel.barh(range(len(shown)), sizes, height=0.6, color=color)
    panel.set_yticks(range(len(shown)), [_text(_cut(row.name)) for row in shown])
    panel.set_ylim(_TOP - 0.4, -0.6)
    panel.set_xlim(0, max([*sizes, 1e-6]) * 1.6)
    panel.set_xticks([])
    for place, size in enumerate(sizes):
        panel.annotate(_amount(figures, size), (size, place), (4, 0), textcoords="offset points",
                       va="center", color=INK, fontsize=9)  # fmt: skip
    _plain(panel, title, "")


def _plain(panel: Axes, title: str, lines: str) -> None:
    panel.set_facecolor(CARD)
    panel.set_title(title, loc="left", color=FAINT, fontsize=11)
    panel.tick_params(colors=INK, labelsize=9, length=0)
    for side in panel.spines.values():
        side.set_visible(False)
    if lines:
        panel.grid(axis="y", color=GRID, linewidth=0.8)
        panel.set_axisbelow(True)


def _amount(figures: Figures, size: float) -> str:
    if not figures.in_money:
        return f"{size:,.0f}"
    digits = 2 if not size else min(6, max(2, 2 - math.floor(math.log10(size) + 1)))
    return _text(f"${size:,.{digits}f}")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _text(text: str) -> str:
    """What the font has, and no formulas."""
    font = get_font(findfont(FontProperties()))
    known = "".join(sign if font.get_char_index(ord(sign)) else "?" for sign in text)
    return known.replace("$", r"\$")
