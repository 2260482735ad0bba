"""What another policy would have done with what was said: from scores, as words are not kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.moderating.policy import Match, Policy
from bot.storage.moderation import Judged

EXAMPLES = 5


@dataclass
class Simulation:
    """Messages by category and action, as `now` has them and as `then` would."""

    total: int = 0
    now: Counter[tuple[str, str]] = field(default_factory=Counter)
    then: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[tuple[Judged, Match | None]] = field(default_factory=list)  # of a difference

    @property
    def rows(self) -> list[tuple[str, str, int, int]]:
        """Category, action, now, then; what happens most comes first."""
        pairs = sorted(self.now.keys() | self.then.keys(), key=lambda p: (-self.then[p], p))
        return [(*pair, self.now[pair], self.then[pair]) for pair in pairs]


def simulate(judged: Sequence[Judged], now: Policy, then: Policy) -> Simulation:
    found = Simulation(len(judged))
    for one in judged:
        before, after = now.match(one.scores), then.match(one.scores)
        for match, counts in ((before, found.now), (after, found.then)):
            if match:
                counts[match.category, match.action] += 1
        if _outcome(before) != _outcome(after) and len(found.examples) < EXAMPLES:
            found.examples.append((one, after))
    return found


def _outcome(match: Match | None) -> str:
    return match.action if match else ""
