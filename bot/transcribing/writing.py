"""The recordings of one message, written down one after the other, and kept for their buttons."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from bot import choosing
from bot.errors import ParleyError, Refused
from bot.events import Attachment
from bot.parts import Notice, Reply
from bot.run import Run
from bot.services import Services
from bot.transcribing.recordings import Recording, Recordings
from bot.transcribing.wishes import Wish, plan

if TYPE_CHECKING:
    from bot.transcribing.listening import Listening


async def write_down(
    services: Services, run: Run, files: Sequence[Attachment], wish: Wish
) -> Reply:
    """Shows progress, and ends with Recordings in `works`. What was written down there before (an
    attempt was killed, a message was edited) is not paid again. Raises Refused, OpenAIError.
    """
    from bot.transcribing.listening import Listening  # noqa: PLC0415  see there

    models = await choosing.models(services, run.event.place, "transcription", "translation")
    chosen = plan(services.catalogue, models, wish)
    known = await services.works.of(run.answers, Recordings)
    old = {one.file: one for one in known.all if one.wish == wish} if known else {}
    done: list[Recording] = []
    for file in files:
        listening = Listening(services, run, file, wish, chosen, old.get(file))
        async with aclosing(_listened(listening, alone=len(files) == 1)) as parts:
            async for part in parts:
                yield part
        if listening.recording:
            done.append(listening.recording)
            await services.works.keep(run, Recordings(tuple(done)))
        if run.stopped:
            break
    if not done:
        raise Refused("Parley could not write down any of these files.")


async def _listened(listening: "Listening", *, alone: bool) -> Reply:
    """Of several files, one that cannot be heard is named."""
    if listening.recording:
        return
    try:
        async with aclosing(listening.parts()) as parts:
            async for part in parts:
                yield part
    except ParleyError as error:
        if alone:
            raise
        name = listening.file.name
        yield Notice(f"“{name}”: {error.sentence}", key=f"unheard {listening.file.reference}")


async def written(services: Services, delivery: str) -> Recordings:
    """What was written down in that answer. Raises Refused."""
    if found := await services.works.of(delivery, Recordings):
        return found
    raise Refused(
        "Parley keeps transcripts for 30 days, and has this one no more: post the recording again."
    )
