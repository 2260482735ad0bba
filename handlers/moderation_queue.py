"""Flagged messages before the moderators, and what their buttons do."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Author, Invocation
from bot.moderating.acting import Actor
from bot.moderating.decisions import DECISIONS
from bot.moderating.kinds import KINDS, plain
from bot.parts import Button, Buttons, Card, Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.moderation import Judged, Review

SHOWN = 4  # scores
LEAST = 0.05  # of those that say something
DOES = {"removed": "delete", "timed out": "timeout"}
WARNING = (
    "A message of yours looks like {kind}, which is not welcome here. If that is a mistake, tell "
    "an admin; if not, please mind your words."
)


def setup(services: Services) -> Iterable[Command]:
    queue = Queue(services)
    yield Command(
        "moderation_case",
        "A flagged message",
        queue.case,
        (
            Option("message", "Which"),
            Option("name", "Who wrote it"),
            Option("excerpt", "What it begins with"),
            Option("note", "What could not be done"),
        ),
        access="parley",
    )
    yield Command("moderation_warning", "A warning", _warning, (Option("kind", "Of what"),),
                  access="parley", private=True)  # fmt: skip
    for name, (label, decision) in DECISIONS.items():
        decide = partial(queue.decide, decision)
        yield Command(name, f"{label} the message", decide, access="admin", button=True)


async def _warning(run: Run) -> Reply:
    yield Text(WARNING.format(kind=_value(run, "kind")))


class Queue:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.moderation
        self._actor = Actor(services)

    async def case(self, run: Run) -> Reply:
        judged = await self._judged(_value(run, "message"))
        await self._store.ask(run.answers, judged.message)
        yield _card(judged, f"Flagged: {plain([judged.category])}", _value(run, "name"))
        lines = [f"> {text}" if (text := _value(run, "excerpt")) else "", _value(run, "note"),
                 await self._linked(judged)]  # fmt: skip
        yield Text("\n\n".join(filter(None, lines)))
        yield Buttons(tuple(Button(label, name) for name, (label, _) in DECISIONS.items()))

    async def decide(self, decision: str, run: Run) -> Reply:
        """The first who presses decides; the message then says who it was, and no more what was
        written.
        """
        author = run.event.author
        of = run.event.of if isinstance(run.event, Invocation) else ""
        review = await self._store.decide(of, decision, author.id, run.id)
        if review is None:
            raise Refused("Parley no longer knows what this is about.")
        if review.run != run.id:
            raise Refused(_decided(review))
        judged = await self._judged(review.message)
        note = await self._do(decision, judged, author)
        yield _card(judged, f"{decision.capitalize()} by {author.name or author.id}", done=True)
        yield Text("\n\n".join(filter(None, (note, await self._linked(judged)))))
        yield Buttons(())

    async def _do(self, decision: str, judged: Judged, by: Author) -> str:
        if decision == "allowed":
            await self._store.allow(judged.place.payer, judged.hash, by.id)
            return ""
        writer = Author(judged.author)
        if decision == "warned":
            await self._actor.warn(f"{judged.message} by a moderator", judged.place, writer,
                                   judged.category)  # fmt: skip
            return ""
        return await self._actor.do(DOES.get(decision, ""), judged.place, judged.source, writer)

    async def _judged(self, message: str) -> Judged:
        if judged := await self._store.judged(message):
            return judged
        days = self._services.settings.moderation.kept_days
        raise Refused(f"Parley keeps scores for {days} days, and no longer has these.")

    async def _linked(self, judged: Judged) -> str:
        adapter = self._services.adapters.get(judged.place.platform)
        link = await adapter.order.link(judged.place, judged.source) if adapter else ""
        return f"[The message]({link})" if link else ""


def _card(judged: Judged, title: str, name: str = "", *, done: bool = False) -> Card:
    highest = sorted(judged.scores.items(), key=lambda one: -one[1])[:SHOWN]
    scores = [(KINDS.get(name, name), f"{score:.2f}") for name, score in highest if score >= LEAST]
    policy = [("policy", judged.action)] if judged.action else []
    verdict = [("verdict", judged.moderation)] if judged.moderation else []
    return Card(
        title,
        fields=(("by", name or judged.author), *policy, *scores, *verdict),
        state="done" if done else "",
        key="case",
    )


def _decided(review: Review) -> str:
    when = datetime.fromtimestamp(review.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"That is decided: {review.decision} by `{review.author}`, {when}."


def _value(run: Run, name: str) -> str:
    return str(run.event.values.get(name, "")) if isinstance(run.event, Invocation) else ""
