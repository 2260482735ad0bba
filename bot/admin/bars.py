"""Figures as bars, in SVG that takes its colours from the page and any width it is given. What is
written stands beside it, so that it has its size on a phone as well.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.admin.elements import HTML, element

_HIGH = 100  # of the drawing, in its own units; so is what follows
_STEP, _WIDE = 10, 8


class Column(NamedTuple):
    title: str  # what it says when it is pointed at
    size: float


def columns(facts: Sequence[Column], label: str) -> HTML:
    """From left to right. `label` says what there is to see, to those who cannot."""
    most = max((fact.size for fact in facts), default=0) or 1
    drawn = (_column(place, fact, most) for place, fact in enumerate(facts))
    return element(
        "svg", *drawn, viewBox=f"0 0 {len(facts) * _STEP} {_HIGH}", class_="columns",
        preserveAspectRatio="none", role="img", aria_label=label,
    )  # fmt: skip


def _column(place: int, fact: Column, most: float) -> HTML:
    high = _HIGH * fact.size / most
    x = place * _STEP + (_STEP - _WIDE) / 2
    title = element("title", fact.title)
    # All of its height can be pointed at.
    ground = element("rect", x=place * _STEP, y=0, width=_STEP, height=_HIGH, class_="ground")
    bar = element(
        "rect", x=f"{x:g}", y=f"{_HIGH - high:.2f}", width=_WIDE, height=f"{high:.2f}", class_="bar"
    )
    return element("g", title, ground, bar)


def bar(share: float, kind: str = "") -> HTML:
    """`share` of 1. It adds nothing to the number beside it, so nobody reads it out."""
    wide = f"{100 * min(1.0, max(0.0, share)):.2f}"
    ground = element("rect", width=100, height=_STEP, class_="ground")
    filled = element("rect", width=wide, height=_STEP, class_=f"bar {kind}".strip())
    return element(
        "svg", ground, filled, viewBox=f"0 0 100 {_STEP}", class_="share",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip
