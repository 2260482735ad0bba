"""What follows from a score in a watched channel. Plain data, kept as JSON."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args

import msgspec

from bot.moderating.kinds import KINDS

Action: TypeAlias = Literal["log", "tell", "react", "warn", "delete", "timeout"]
ACTIONS: tuple[Action, ...] = get_args(Action)  # the mildest first
MEANING: Mapping[Action, str] = {
    "log": "keep the score",
    "tell": "put it before the moderators",
    "react": "mark the message",
    "warn": "tell its author, privately",
    "delete": "delete the message",
    "timeout": "let its author write nothing for a while",
}
TAKES_AWAY = ("delete", "timeout")  # what is hard to make good again


class Rule(msgspec.Struct, frozen=True):
    """From this score on (0 to 1) this is done, and all but `log` is told to the moderators."""

    threshold: float
    action: Action

    def __str__(self) -> str:
        return f"from {self.threshold:g}: {self.action}"


USUAL = Rule(0.6, "tell")
RULES: dict[str, Rule] = dict.fromkeys(KINDS, USUAL) | {"sexual/minors": Rule(0.3, "tell")}


class Match(NamedTuple):
    category: str
    score: float
    action: Action


class Policy(msgspec.Struct, frozen=True):
    """Of one channel. A category that is not among the rules has the usual one."""

    watched: bool = False
    rules: dict[str, Rule] = msgspec.field(default_factory=lambda: dict(RULES))
    exempt: tuple[str, ...] = ()  # roles, by the last part of their ids in Author.roles

    def exempts(self, roles: Sequence[str]) -> bool:
        return any(role.rpartition(":")[2] in self.exempt for role in roles)

    def match(self, scores: Mapping[str, float]) -> Match | None:
        """The most that is to be done, and why."""
        found = [
            Match(category, score, rule.action)
            for category, score in scores.items()
            if score >= (rule := self.rules.get(category, USUAL)).threshold
        ]
        return max(
            found, key=lambda match: (ACTIONS.index(match.action), match.score), default=None
        )

    def changed(self, category: str, rule: Rule) -> "Policy":
        return msgspec.structs.replace(self, rules=self.rules | {category: rule})


class Version(msgspec.Struct, frozen=True):
    """A policy, and who wanted it. 0: nobody yet."""

    number: int = 0
    policy: Policy = Policy()
    author: str = ""
    at: float = 0.0
