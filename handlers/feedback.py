"""What people think of an answer: the two buttons under it, and what would have been better."""

from collections.abc import Iterable
from functools import partial

import msgspec

from bot.commands import Command, Option
from bot.desk.dataset.consent import Consent
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Button, Buttons, Reply, Text
from bot.run import Run
from bot.services import Services

THANKS = {
    True: "Thank you, noted.",
    False: "Thank you, noted. *Regenerate* answers anew; an edit of your question does so too.",
}
CORRECT = Buttons((Button("Say what is better", "correct"),))
LONGEST = 20_000  # characters of a correction


class Judged(msgspec.Struct, frozen=True):
    """The work of the thanks for a verdict: which answer that was about."""

    answer: str


def setup(services: Services) -> Iterable[Command]:
    for name, good in (("good", True), ("bad", False)):
        note = partial(_note, services, good)
        yield Command(name, f"The answer is {name}", note, private=True, button=True,
                      apart=not good)  # fmt: skip
    better = Option("better", "What you would rather have read", required=True, long=True)
    yield Command("correct", "Say what is better", partial(_correct, services), (better,),
                  private=True, button=True, apart=True)  # fmt: skip


async def _note(services: Services, good: bool, run: Run) -> Reply:  # noqa: FBT001  bound by partial
    collected = await _collected(services, run)
    answer, workspace = _pressed(run), run.event.place.payer
    await services.feedback.put(answer, run.event.author.id, good=good, workspace=workspace,
                                collected=collected)  # fmt: skip
    if collected and not good:
        await services.works.keep(run, Judged(answer))
        yield CORRECT
    yield Text(THANKS[good])


async def _correct(services: Services, run: Run) -> Reply:
    """Kept only where it is collected: nobody else reads it."""
    event = run.event
    text = str(event.values["better"]).strip() if isinstance(event, Invocation) else ""
    if len(text) > LONGEST:
        raise Refused(f"That is too long: at most {LONGEST:,} characters are kept.")
    if not await _collected(services, run):
        raise Refused("Corrections are not collected here, so this one was not kept. An admin can "
                      "switch that on with `/dataset collect on`.")  # fmt: skip
    judged = await services.works.of(_pressed(run), Judged)
    if not judged or not any(await services.memory.of(judged.answer)):
        raise Refused("Parley no longer remembers this answer, so there is nothing to correct.")
    author, workspace = event.author.id, event.place.payer
    await services.feedback.put(judged.answer, author, good=False, workspace=workspace,
                                collected=True)  # fmt: skip
    await services.feedback.correct(judged.answer, author, text)
    yield Text("Thank you, your words are noted: as what the answer should have been.")


def _pressed(run: Run) -> str:
    """The delivery whose button it was."""
    return run.event.of if isinstance(run.event, Invocation) else ""


async def _collected(services: Services, run: Run) -> bool:
    consent = Consent(services.preferences)
    author, workspace = run.event.author.id, run.event.place.payer
    return await consent.agreed(workspace) and not await consent.out(author)
