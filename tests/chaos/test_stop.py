"""SIGTERM, and the times when Parley is not there."""

import pytest

from tests.chaos import oracle
from tests.chaos.storm import IN_FLIGHT
from tests.chaos.test_kill import quiet
from tests.chaos.world import PEOPLE, until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(200)]


async def test_told_to_leave_it_ends_in_ten_seconds_and_freezes_nothing(world, figures):
    """The first questions are being answered, the last wait for the model's first word, and some
    come after the signal.
    """
    async with world(words=100, interval=0.2, thinking=0.1) as it:
        await it.start()
        await it.listened_to()
        await ask_everywhere(it)
        await until(lambda: len(it.posts()) >= len(it.questions) >= IN_FLIGHT)
        it.openai.thinking = 60
        asked = len(it.questions)
        await ask_everywhere(it)
        # One waits for the other: Discord's direct messages of a person are one thread.
        await until(lambda: it.openai.open_calls == len(it.questions) - 1)
        in_flight = it.openai.open_calls

        it.parley.told_to_leave()
        await until(lambda: it.parley.leaves)
        await ask_everywhere(it)
        status, seconds = await it.parley.gone()
        seen = oracle.look(it.questions[:asked], it.posts())
        assert (status, seen.wrong, len(seen.interrupted)) == (0, {}, asked)
        assert seconds < 10
        assert len(it.openai.calls) == in_flight, "work was begun after the signal"

        it.openai.thinking, it.openai.interval = 0.1, 0.0
        await it.start()
        await quiet(it)
        seen, _ = oracle.check(it)
        assert len(seen.whole) == len(it.questions) - asked
        figures(
            "SIGTERM",
            in_flight=in_flight,
            seconds=round(seconds, 1),
            interrupted_with_a_note=len(seen.interrupted),
            answered_by_the_next=len(seen.whole),
            lost=len(seen.lost),
            twice=len(seen.twice),
        )


async def test_what_is_said_while_parley_is_dead_is_answered_once(world, figures):
    async with world(words=5, interval=0.0, thinking=0.0) as it:
        await it.start()
        await it.listened_to()
        await ask_everywhere(it)
        await until(lambda: oracle.settled(it))
        before = len(it.questions)
        await it.parley.kill()
        await ask_everywhere(it)
        for question in it.questions[:before]:
            if question.root:
                await it.reply(question, "ada")
        missed = len(it.questions) - before
        for _ in range(2):  # and the second start finds nothing left to do
            await it.start()
            await quiet(it)
            seen, _ = oracle.check(it)
        figures("while dead", missed=missed, answered=len(seen.whole) - before, twice=0)


async def ask_everywhere(world):
    for person in PEOPLE[:4]:
        await world.mention_on_slack(person)
        await world.direct_on_slack(person)
        await world.mention_on_discord(person)
    await world.direct_on_discord(PEOPLE[0])


async def test_a_full_disk_refuses_what_it_cannot_keep_and_answers_it_when_it_can(world):
    async with world(words=5, interval=0.0, thinking=0.0) as it:
        await it.start()
        await it.listened_to()
        await ask_everywhere(it)
        await until(lambda: oracle.settled(it))
        it.parley.fill_disk()
        slack, before = it.slack.socket, len(it.slack.socket.envelopes)
        await ask_everywhere(it)
        sent = len(slack.envelopes) - before
        await until(lambda: len(slack.envelopes) >= before + 2 * sent)  # each comes again
        await until(lambda: slack.unacknowledged == sent)
        it.parley.free_disk()
        await quiet(it)
        oracle.check(it)
