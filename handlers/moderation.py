"""/moderation: which channels are watched, and what follows from a score there."""

import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from bot.chores import Chore
from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation, Place
from bot.moderating.acting import QUEUE
from bot.moderating.kinds import KINDS
from bot.moderating.policy import ACTIONS, MEANING, TAKES_AWAY, Policy, Rule
from bot.moderating.teaching import suggestions
from bot.moderating.watcher import Watcher
from bot.parts import Button, Buttons, Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.inbox import WATCH

DAY = 86_400.0
ALL = "all"
RECENT = 7 * DAY  # whose scores a policy is held against
MOST = 5_000  # of them
FEW = 20  # scores that say nothing yet
TOO_MANY = 0.2  # of them, that a policy would take away
TOO_LOW = 0.05  # a threshold that everything passes
CATEGORY = Option("category", "Of what", required=True, choices=(*KINDS, ALL))
THRESHOLD = Option(
    "threshold", "From this score on: 0 is everything, 1 nothing", float, required=True,
    minimum=0, maximum=1,
)  # fmt: skip
ACTION = Option("action", "What is done then", required=True, choices=ACTIONS)


def setup(services: Services) -> Iterable[Command | Chore]:
    desk = Desk(services)
    admin = partial(Command, access="admin")
    yield admin("moderation on", "Check every message of this channel", desk.on)
    yield admin("moderation off", "Check this channel no more", desk.off)
    yield admin("moderation show", "What is checked here, and what follows", desk.show,
                private=True, usual=True)  # fmt: skip
    yield admin("moderation policy", "What is done from which score on", desk.policy,
                (CATEGORY, THRESHOLD, ACTION))  # fmt: skip
    yield admin("confirm_policy", "Do it all the same", desk.confirmed, button=True)
    yield admin(
        "moderation exempt",
        "Whose messages are not checked here",
        desk.exempt,
        (
            Option("role", "A role or user group, or its id", required=True),
            Option("mode", "Exempt it, or no more", choices=("add", "remove")),
        ),
        private=True,
    )
    yield admin("moderation queue", "Where flagged messages are put before the moderators",
                desk.queue, (Option("where", "Here, or nowhere", choices=("here", "off", "show")),)
                )  # fmt: skip
    yield Command(
        WATCH, "Judge a message", Watcher(services).watch, access="parley", private=True,
        silent=True,
    )  # fmt: skip
    kept = services.settings.moderation.kept_days * DAY
    yield Chore("moderation", lambda: services.moderation.prune(time.time() - kept), 3_600.0)


class Proposed(msgspec.Struct, frozen=True):
    """A policy that was not applied yet."""

    channel: str
    policy: Policy
    said: str


class Desk:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.moderation
        self._preferences = services.preferences

    async def on(self, run: Run) -> Reply:
        self._can_watch(run.event.place)
        await self._watch(run, watched=True)
        queue = await self._queue(run.event.place)
        yield Text(
            "Moderation is **on** in this channel: each message and picture is checked, and its "
            "scores are kept, not its words. `/moderation show` says what follows."
            + ("" if queue else " Nobody is told yet: say `/moderation queue where:here` in the "
               "moderators' channel.")
        )  # fmt: skip

    def _can_watch(self, place: Place) -> None:
        if self._services.adapters[place.platform].alone(place):
            raise Refused("Direct messages are not watched; say this in a channel.")
        if not self._services.judge.on:
            raise Refused(
                "Nothing can be checked here: moderation is off, or the provider has no such "
                "endpoint. `python -m bot doctor` says which."
            )

    async def off(self, run: Run) -> Reply:
        await self._watch(run, watched=False)
        yield Text("Moderation is **off** in this channel.")

    async def _watch(self, run: Run, *, watched: bool) -> None:
        policy = (await self._store.version(run.event.place.channel_key)).policy
        await self._change(run, msgspec.structs.replace(policy, watched=watched))

    async def _change(self, run: Run, policy: Policy) -> None:
        await self._store.change(run.event.place.channel_key, policy, run.event.author.id)

    async def show(self, run: Run) -> Reply:
        channel = run.event.place.channel_key
        versions = await self._store.versions(channel, 5)
        policy = versions[0].policy if versions else Policy()
        queue = await self._queue(run.event.place)
        lines = [
            f"Moderation is **{'on' if policy.watched else 'off'}** in this channel.",
            _table(policy),
            f"Exempt: {', '.join(f'`{role}`' for role in policy.exempt) or 'nobody'}.",
            f"Flagged messages go to `{queue.channel}`."
            if queue
            else "There is no queue yet: `/moderation queue where:here` makes one.",
            *suggestions(policy, await self._store.decided(channel)),
            *(f"_Version {v.number}: `{v.author}`, {_day(v.at)}_" for v in versions),
        ]
        yield Text("\n\n".join(lines))

    async def policy(self, run: Run) -> Reply:
        values = _values(run)
        rule = Rule(values["threshold"], values["action"])
        said = f"`{values['category']}` {rule} ({MEANING[rule.action]})"
        channel = run.event.place.channel_key
        policy = (await self._store.version(channel)).policy
        for category in KINDS if values["category"] == ALL else (values["category"],):
            policy = policy.changed(category, rule)
        if why := await self._too_much(channel, policy, rule):
            await self._services.works.keep(run, Proposed(channel, policy, said))
            yield Text(f"{why} Is that meant? {said}")
            yield Buttons((Button("Apply it", "confirm_policy"),))
            return
        await self._change(run, policy)
        yield Text(await self._applied(channel, said))

    async def _too_much(self, channel: str, policy: Policy, rule: Rule) -> str:
        """Why a policy had better be asked about; "" where nothing speaks against it."""
        if rule.action not in TAKES_AWAY:
            return ""
        if rule.threshold < TOO_LOW:
            return f"A threshold of {rule.threshold:g} would `{rule.action}` nearly everything."
        judged = await self._store.since(channel, time.time() - RECENT, MOST)
        gone = sum(
            match is not None and match.action in TAKES_AWAY
            for match in (policy.match(one.scores) for one in judged)
        )
        if len(judged) < FEW or gone <= TOO_MANY * len(judged):
            return ""
        return f"Of the last {len(judged):,} messages here, this would have hit {gone:,}."

    async def confirmed(self, run: Run) -> Reply:
        proposed = await self._services.works.of(run.event.of, Proposed)
        if proposed is None:
            raise Refused("Parley no longer knows what was proposed; say it again.")
        await self._store.change(proposed.channel, proposed.policy, run.event.author.id)
        yield Text(await self._applied(proposed.channel, proposed.said))
        yield Buttons(())

    async def _applied(self, channel: str, said: str) -> str:
        version = await self._store.version(channel)
        watched = "" if version.policy.watched else " Moderation is off here: `/moderation on`."
        return f"Here holds now, as version {version.number}: {said}.{watched}"

    async def exempt(self, run: Run) -> Reply:
        values = _values(run)
        words = re.findall(r"\w+", values["role"])
        if not words:
            raise Refused(f"“{values['role'][:50]}” names no role: give its id.")
        policy = (await self._store.version(run.event.place.channel_key)).policy
        others = tuple(role for role in policy.exempt if role != words[-1])
        adds = values.get("mode", "add") == "add"
        exempt = (*others, words[-1]) if adds else others
        await self._change(run, msgspec.structs.replace(policy, exempt=exempt))
        named = ", ".join(f"`{role}`" for role in exempt) or "nobody"
        yield Text(f"Not checked in this channel: {named}.")

    async def queue(self, run: Run) -> Reply:
        place, where = run.event.place, _values(run).get("where", "here")
        if where == "here":
            encoded = msgspec.json.encode(place).decode()
            await self._preferences.put(place.payer, QUEUE, encoded)
        elif where == "off":
            await self._preferences.delete(place.payer, QUEUE)
        queue = await self._queue(place)
        if queue is None:
            yield Text("Flagged messages of this workspace are put before nobody.")
        elif queue == place:
            yield Text("Flagged messages of this workspace are put before the moderators **here**.")
        else:
            yield Text(f"Flagged messages of this workspace go to `{queue.channel}`.")

    async def _queue(self, place: Place) -> Place | None:
        told = (await self._preferences.of(place.payer)).get(QUEUE)
        return msgspec.json.decode(told, type=Place) if told else None


def _table(policy: Policy) -> str:
    rows = [f"| {name} | {rule.threshold:g} | {rule.action} |" for name, rule in _rules(policy)]
    return "\n".join(("| category | from | action |", "|---|---|---|", *rows))


def _rules(policy: Policy) -> Sequence[tuple[str, Rule]]:
    return sorted(policy.rules.items())


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _values(run: Run) -> dict[str, Any]:
    return dict(run.event.values) if isinstance(run.event, Invocation) else {}
