"""What people think of an answer: the two buttons under it."""

from collections.abc import Iterable
from functools import partial

from bot.commands import Command
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.feedback import Feedback

THANKS = {
    True: "Thank you, noted.",
    False: "Thank you, noted. *Regenerate* answers anew; an edit of your question does so too.",
}


def setup(services: Services) -> Iterable[Command]:
    for name, good in (("good", True), ("bad", False)):
        note = partial(_note, services.feedback, good)
        yield Command(name, f"The answer is {name}", note, private=True, button=True)


async def _note(feedback: Feedback, good: bool, run: Run) -> Reply:  # noqa: FBT001  bound by partial
    await feedback.put(run.answers, run.event.author.id, good=good)
    yield Text(THANKS[good])
