"""What goes to a model, and what it says, is harmless: checked beside the call, shown after it."""

import logging
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial

from bot.commands import Commands, Handler, Option
from bot.errors import Refused
from bot.events import Invocation, Message, Turn
from bot.moderating.gate import Gate
from bot.moderating.guard import Guard
from bot.moderating.judge import Down, Input, Judge
from bot.moderating.kinds import plain
from bot.parts import Reply
from bot.ports import Adapter
from bot.provider_settings import ModerationProvider
from bot.run import Run
from bot.spending.payer import Payer

log = logging.getLogger(__name__)

ASKED = (
    "Parley does not answer this, because it looks like {kinds}. Nothing of it was kept. If that "
    "is a mistake, say it in other words, or tell an admin."
)
SAID = "_The answer is not shown: it looked like {kinds}._"
DOWN = (
    "What is asked and said here is checked first, and that does not work just now, so Parley "
    "does not answer. Please try again in a minute, or ask in a direct message."
)


class Moderation:
    def __init__(
        self,
        judge: Judge,
        settings: ModerationProvider,
        commands: Commands,
        adapters: Mapping[str, Adapter],
    ) -> None:
        self._judge = judge
        self._settings = settings
        self._commands = commands
        self._adapters = adapters

    def __call__(self, handler: Handler) -> Handler:
        async def moderated(run: Run) -> Reply:
            guard = Guard(partial(self._allow, run, ASKED))
            if self._judge.on:
                run.check, run.cleared = guard.check, guard.cleared
            try:
                async with aclosing(self._parts(run, handler, guard)) as parts:
                    async for part in parts:
                        yield part
            finally:
                await guard.aclose()

        return moderated

    def _parts(self, run: Run, handler: Handler, guard: Guard) -> Reply:
        if not (self._judge.on and self._checks(run.event)):
            return handler(run)
        gate = Gate(run, handler, guard, partial(self._allow, run, SAID))
        run.cleared = gate.cleared
        guard.check(*self._words(run.event))
        return gate.parts()

    def _checks(self, event: Turn) -> bool:
        if isinstance(event, Invocation):
            return self._commands.named(event.command).checked
        return isinstance(event, Message)

    def _words(self, event: Turn) -> list[str]:
        """What the person wrote, and what they point at."""
        if isinstance(event, Message):
            return [event.text]
        if not isinstance(event, Invocation):
            return []
        options = self._commands.named(event.command).options
        typed = [str(event.values.get(o.name, "")) for o in options if _takes_words(o)]
        return [text for text in (*typed, event.on.text if event.on else "") if text]

    async def _allow(self, run: Run, sentence: str, one: Input) -> None:
        """Raises Refused."""
        try:
            verdict = await self._judge.verdict(Payer.of(run), [one])
        except Down as down:
            if not self._open(run):
                raise Refused(DOWN, str(down)) from down
            log.warning("%s goes on unchecked: %s", run.id, down)
            run.verdict = "unchecked"
            return
        if verdict.flagged:
            raise Refused(sentence.format(kinds=plain(verdict.found)), f"{verdict.found}")
        run.verdict = run.verdict or "harmless"

    def _open(self, run: Run) -> bool:
        """Whether what cannot be checked may pass here."""
        if self._settings.down != "auto":
            return self._settings.down == "open"
        adapter = self._adapters.get(run.event.place.platform)
        return adapter is not None and adapter.alone(run.event.place)


def _takes_words(option: Option) -> bool:
    return option.kind is str and not (option.choices or option.suggest)
