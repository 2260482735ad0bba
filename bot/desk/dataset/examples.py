"""What was collected in a workspace, as lines of training data."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec

from bot.desk.dataset.consent import Consent
from bot.desk.dataset.redaction import redacted
from bot.services import Services
from bot.storage.feedback import Vote

Format: TypeAlias = Literal["supervised", "dpo"]
Message: TypeAlias = Mapping[str, str]
CONTEXT = 10  # turns before a question


@dataclass(frozen=True)
class Example:
    delivery: str
    messages: Sequence[Message]  # up to the question
    better: str
    worse: str = ""  # the answer that was corrected


@dataclass
class Collection:
    """`left_out`: answers by the reason why they are no examples."""

    examples: list[Example] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Examples:
    def __init__(self, services: Services) -> None:
        self._votes = services.feedback
        self._memory = services.memory
        self._system = services.settings.system_prompt
        self._consent = Consent(services.preferences)

    async def of(self, workspace: str) -> Collection:
        """As memory has them now: what is forgotten is in no export."""
        found, out = Collection(), _Out(self._consent)
        votes: dict[str, list[Vote]] = defaultdict(list)
        for vote in await self._votes.collected(workspace):
            votes[vote.delivery].append(vote)
        for delivery, given in votes.items():
            example = await self._example(delivery, given, out)
            if isinstance(example, Example):
                found.examples.append(example)
            else:
                found.left_out[example] += 1
        return found

    async def _example(self, delivery: str, votes: list[Vote], out: "_Out") -> Example | str:
        """Or why there is none."""
        question, answer = await self._memory.of(delivery)
        if not (question and answer and answer.text):
            return "without an answer"
        if await out(question.author):
            return "asked by people who opted out"
        votes = [v for v in votes if v.at >= answer.at and not await out(v.author)]
        if not votes:
            return "judged by people who opted out, or answered anew since"
        before = await self._before(delivery, out)
        messages = [*self._said("system", self._system), *before,
                    *self._said("user", question.text)]  # fmt: skip
        corrected = [vote.better for vote in votes if vote.better]
        if corrected:
            return Example(delivery, messages, redacted(corrected[-1]), redacted(answer.text))
        if sum(1 if vote.good else -1 for vote in votes) <= 0:
            return "found bad, without a correction"
        return Example(delivery, messages, redacted(answer.text))

    async def _before(self, delivery: str, out: "_Out") -> list[Message]:
        """What was said before, without what people said who opted out, and what they heard."""
        turns = await self._memory.before(delivery, CONTEXT)
        silent = {t.delivery for t in turns if t.role == "user" and await out(t.author)}
        asked = {t.delivery for t in turns if t.role == "user"} - silent
        return [m for t in turns if t.delivery in asked for m in self._said(t.role, t.text)]

    def _said(self, role: str, text: str) -> list[Message]:
        return [{"role": role, "content": redacted(text)}] if text else []


class _Out:
    """Who opted out, asked once each."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent
        self._known: dict[str, bool] = {}

    async def __call__(self, author: str) -> bool:
        if author not in self._known:
            self._known[author] = await self._consent.out(author)
        return self._known[author]


def split(examples: Sequence[Example], share: float) -> tuple[list[Example], list[Example]]:
    """To train on, and to validate by: by a hash, so that it is the same the next time as far as
    it can be. At least one to validate by, where there are two.
    """
    ordered = sorted(examples, key=lambda e: hashlib.sha256(e.delivery.encode()).digest())
    number = round(len(ordered) * share)
    number = min(max(1, number), len(ordered) - 1) if share and len(ordered) > 1 else 0
    return ordered[number:], ordered[:number]


def lines(examples: Iterable[Example], form: Format) -> bytes:
    """JSONL, as `/finetune create` takes it. Only what was corrected can be compared (dpo)."""
    made = (_supervised(e) if form == "supervised" else _compared(e) for e in examples)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in made)


def _supervised(example: Example) -> dict[str, Any]:
    return {"messages": [*example.messages, _answer(example.better)]}


def _compared(example: Example) -> dict[str, Any]:
    return {
        "input": {"messages": [*example.messages]},
        "preferred_output": [_answer(example.better)],
        "non_preferred_output": [_answer(example.worse)],
    }


def _answer(text: str) -> Message:
    return {"role": "assistant", "content": text}
