"""A simulation as a picture. Blocking, and its library takes a second to import."""

import io
from collections import Counter

from bot.moderating.simulating import Simulation

NOW, THEN = "#8a94a6", "#2f7de1"  # both stand out from the paper and from each other without colour
PAPER, INK = "#ffffff", "#1d2330"  # its own paper, so that it reads the same in light and dark


def draw(found: Simulation, title: str) -> bytes:
    """As PNG: for each category, how many messages are flagged now, and would be then."""
    from matplotlib.figure import Figure  # noqa: PLC0415  see above
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  see above

    now, then = _by_category(found.now), _by_category(found.then)
    names = sorted(now.keys() | then.keys(), key=lambda name: (then[name], now[name]))
    figure = Figure(figsize=(8, 1.6 + 0.55 * max(len(names), 1)), dpi=150, facecolor=PAPER)
    axes = figure.add_subplot(facecolor=PAPER)
    for counts, offset, colour, label in ((then, -0.2, THEN, "simulated"), (now, 0.2, NOW, "now")):
        places = [number + offset for number in range(len(names))]
        bars = axes.barh(places, [counts[name] for name in names], 0.36, color=colour, label=label)
        axes.bar_label(bars, padding=3, color=INK)
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.set_title(title, color=INK, loc="left", fontsize=12)
    axes.set_xlabel("messages", color=INK)
    axes.set_xlim(0, 1.15 * max((*now.values(), *then.values(), 1)))
    axes.tick_params(colors=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], frameon=False, labelcolor=INK, loc="lower right")
    figure.tight_layout()
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _by_category(counts: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (category, _), number in counts.items():
        found[category] += number
    return found
