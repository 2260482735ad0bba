"""The loss of a training, drawn. Takes a tenth of a second: not on the loop."""

import io
from collections.abc import Sequence

from bot.jobs.cards import short
from bot.jobs.training import Point

_TRAIN, _VALID = "#1f77b4", "#d95f02"  # told apart by people who see no red, and in print
_SMOOTHED = 60  # points, from which on a running mean says more than the points


def draw(points: Sequence[Point], title: str) -> bytes:
    """A PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415  costs half a second when first used

    figure = Figure(figsize=(7.2, 3.6), dpi=120, layout="constrained")
    axes = figure.subplots()
    trained = [(p.step, p.train) for p in points if p.train is not None]
    if len(trained) >= _SMOOTHED:
        axes.plot(*zip(*trained, strict=True), color=_TRAIN, alpha=0.25, linewidth=1)
        trained = _mean(trained)
    if trained:
        axes.plot(*zip(*trained, strict=True), color=_TRAIN, linewidth=2, label="training")
    if valid := [(p.step, p.valid) for p in points if p.valid is not None]:
        axes.plot(*zip(*valid, strict=True), color=_VALID, marker="o", markersize=4,
                  linestyle="--", label="validation")  # fmt: skip
    axes.set(xlabel="Step", ylabel="Loss", title=title)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def described(points: Sequence[Point]) -> str:
    """For those who cannot see it."""
    trained = [p.train for p in points if p.train is not None]
    valid = [p.valid for p in points if p.valid is not None]
    said = [
        f"{name} loss from {short(found[0])} to {short(found[-1])}"
        for name, found in (("training", trained), ("validation", valid))
        if found
    ]
    return f"Loss by step, up to step {points[-1].step}: {', '.join(said)}."


def _mean(pairs: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """A running mean, whose weights fade."""
    share, level, found = 2 / (len(pairs) / 30 + 1), pairs[0][1], []  # of a thirtieth
    for step, value in pairs:
        level += share * (value - level)
        found.append((step, level))
    return found
