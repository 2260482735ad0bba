"""kill -9 while people ask, and what they see when it is over.

Faults strike the platforms (an answer to a post that is lost after the post was stored, 429,
events that come again, cut connections) and the provider (500, 429); the kill comes within
milliseconds of an acknowledgement, a model call, a chunk, a post, an edit or a new thread, while
at least ten answers are being written. The oracle (oracle.py) counts at the quiet end, on the
fakes' own records: each question has one public answer, in its place, whole or with a note and
Continue, or where its attempts are spent a sentence; each HTTP attempt that the provider saw was
written down before; totals are the sums of their rows.

`KILLS=1000 SEED=7 make chaos` goes on for an hour, with other dice.
"""

import asyncio
import os
from contextlib import suppress

import pytest

from bot.dispatch.turns import MAX_ATTEMPTS
from tests.chaos import oracle
from tests.chaos.storm import Storm
from tests.chaos.world import until

pytestmark = pytest.mark.chaos
KILLS = int(os.environ.get("KILLS", "15"))
SEED = int(os.environ.get("SEED", "1"))


async def quiet(world):
    """Until all is answered, or nothing comes any more; then until Parley has left."""
    await world.listened_to()
    with suppress(TimeoutError):  # the oracle says what is missing
        await until(lambda: oracle.settled(world), seconds=150, pause=0.1)
    world.parley.told_to_leave()
    status, _ = await world.parley.gone()
    assert status == 0


@pytest.mark.timeout(250 + 4 * KILLS)
async def test_kills_lose_nothing_and_say_nothing_twice(world, figures):
    async with world(words=40, interval=0.05, thinking=0.15) as it:
        storm = Storm(it, SEED)
        await it.start()
        await it.listened_to()
        await it.introduced()
        async with storm.raging(questions=8, faults=4):
            for _ in range(KILLS):
                await storm.strike()
                await it.start()
        await quiet(it)
        seen, kept = oracle.check(it)
        figures(
            "kill -9",
            kills=len(storm.in_flight),
            messages=len(it.questions),
            in_flight_at_a_kill=f"{min(storm.in_flight)} to {max(storm.in_flight)}",
            whole=len(seen.whole),
            interrupted=len(seen.interrupted),
            told=len(seen.told),
            lost=len(seen.lost),
            twice=len(seen.twice),
            calls_a_message=round(len(it.openai.calls) / len(it.questions), 2),
            rows=kept.rows,
            sent_again=sum(e.attempt > 0 for e in it.slack.socket.envelopes),
            faults=storm.faults.total(),
            struck_at=dict(storm.struck),
        )


@pytest.mark.timeout(240)
async def test_a_loop_of_crashes_stays_cheap(world, figures):
    """A life lasts half a second from the moment that both platforms are connected."""
    async with world(words=40, interval=0.05, thinking=0.3) as it:
        storm = Storm(it, SEED)
        await it.start()
        await it.listened_to()
        await it.introduced()
        async with storm.raging(questions=8):
            for _ in range(12):
                await it.listened_to()
                await asyncio.sleep(0.5)
                await storm.kill()
                await it.start()
        await quiet(it)
        seen, _ = oracle.check(it)
        calls = len(it.openai.calls) / len(it.questions)
        assert calls <= 1.5
        figures(
            "a kill every 0.5 s",
            kills=len(storm.in_flight),
            messages=len(it.questions),
            in_flight_at_a_kill=f"{min(storm.in_flight)} to {max(storm.in_flight)}",
            whole=len(seen.whole),
            interrupted=len(seen.interrupted),
            told=len(seen.told),
            calls_a_message=round(calls, 2),
        )


async def test_what_dies_with_every_process_is_given_up_with_a_sentence(world, figures):
    """The model never says a word before the process is killed."""
    async with world(words=5, interval=0.0, thinking=60) as it:
        await it.start()
        await it.listened_to()
        for ask in (it.mention_on_slack, it.direct_on_slack, it.mention_on_discord):
            await ask("ada")
        for attempt in range(1, MAX_ATTEMPTS + 1):
            await until(lambda attempt=attempt: len(it.openai.calls) == 3 * attempt)
            await it.parley.kill()
            await it.start()
        await quiet(it)
        seen, _ = oracle.check(it)
        assert len(seen.told) == 3
        calls = len(it.openai.calls) / len(it.questions)
        figures("a poisoned question", calls_a_message=calls, told=len(seen.told))
