"""What moderators' decisions say of a policy's thresholds."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.moderating.policy import USUAL, Policy
from bot.storage.moderation import Decided

LEAST = 5  # decisions that say something
SHARE = 0.9  # of them must agree
STEP = 0.05


def suggestions(policy: Policy, decided: Sequence[Decided]) -> Iterator[str]:
    """A sentence for each threshold that is too low: what it flags is approved again and again."""
    by_category: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        by_category[one.category].append(one)
    for category, cases in sorted(by_category.items()):
        now = policy.rules.get(category, USUAL).threshold
        if better := _better(now, cases):
            among = [one for one in cases if one.score < better]
            approved = sum(one.approved for one in among)
            yield (
                f"Of {len(among)} messages that were flagged for `{category}` below {better:g}, "
                f"{approved} were approved: raise it to {better:g}?"
            )


def _better(now: float, cases: Sequence[Decided]) -> float | None:
    """The threshold that lets most of the approved pass and few others; the lowest of those."""
    found: dict[float, int] = {}
    for n in range(1, int((1 - now) / STEP) + 1):
        step = round(now + STEP * n, 2)
        among = [one.approved for one in cases if one.score < step]
        if len(among) >= LEAST and sum(among) >= SHARE * len(among):
            found[step] = 2 * sum(among) - len(among)
    return max(found, key=lambda step: (found[step], -step), default=None)
