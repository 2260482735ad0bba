"""What the next process does with the turns of one that died."""

import asyncio

import pytest

from bot.commands import Command, Trigger
from bot.dispatch import dispatcher, turns
from bot.dispatch.slots import Slots
from bot.dispatch.turns import MAX_ATTEMPTS
from bot.parts import Delta, Text
from tests.dispatch.house import Stage, echo, house, invocation, message, says


async def frozen(run):
    yield Delta(f"{run.event.text}, half")
    await asyncio.Event().wait()


async def silent(_run):
    await asyncio.Event().wait()
    yield


async def resuming(run):
    yield Text(f"{run.shown} (interrupted)" if run.shown else run.event.text)


async def test_a_turn_of_which_nothing_was_seen_is_answered_anew(tmp_path):
    async with house(tmp_path, says(silent)) as it:
        await it.accept(message("hello"))
    async with house(tmp_path, says(resuming)) as it:
        await it.stage.until(lambda stage: stage.posts)
        assert it.stage.posts == {"p0": "hello"}
        await it.settled()
        assert await it.open_rows() == 0


async def test_text_that_people_read_is_kept_and_goes_on_in_the_same_message(tmp_path):
    stage = Stage()
    async with house(tmp_path, says(frozen), stage=stage) as it:
        await it.accept(message("hello"))
        await stage.until(lambda stage: stage.posts)
    async with house(tmp_path, says(resuming), stage=stage) as it:
        await stage.until(lambda stage: "interrupted" in stage.posts["p0"])
        assert stage.posts == {"p0": "hello, half (interrupted)"}


async def test_a_first_post_may_have_landed_before_a_crash_so_it_is_to_be_looked_up(tmp_path):
    async with house(tmp_path, says(silent)) as it:
        await it.accept(message("hello"))
        await it.stage.until(lambda stage: stage.deliveries)
        assert it.stage.deliveries[0].log.known == {}
    stage = Stage()
    stage.silent = True
    async with house(tmp_path, says(resuming), stage=stage) as it:
        await stage.until(lambda stage: stage.deliveries)
        assert stage.deliveries[0].log.known == {"0": None}


async def test_a_rerun_answers_anew_in_the_same_message(tmp_path):
    stage = Stage()
    async with house(tmp_path, Trigger("all", lambda _m: True, frozen), stage=stage) as it:
        await it.accept(message("hello"))
        await stage.until(lambda stage: stage.posts)
    async with house(tmp_path, Trigger("all", lambda _m: True, resuming), stage=stage) as it:
        await stage.until(lambda stage: stage.posts == {"p0": "hello"})


async def test_the_order_of_a_thread_outlives_a_crash(tmp_path):
    async with house(tmp_path, says(silent)) as it:
        for text in ("one", "two", "three"):
            await it.accept(message(text))
    async with house(tmp_path, says(echo)) as it:
        await it.stage.until(lambda stage: len(stage.posts) == 3)
        assert list(it.stage.posts.values()) == ["one", "two", "three"]


async def test_a_turn_that_dies_with_every_process_is_given_up_with_a_sentence(tmp_path):
    async with house(tmp_path, says(silent)) as it:
        await it.accept(message("poison"))
    begun = []

    async def deadly(run):
        begun.append(run.attempt)
        await asyncio.Event().wait()
        yield

    for attempt in range(2, MAX_ATTEMPTS + 1):
        async with house(tmp_path, says(deadly)):
            async with asyncio.timeout(5):
                while attempt not in begun:
                    await asyncio.sleep(0)
    async with house(tmp_path, says(deadly)) as it:
        await it.stage.until(lambda stage: stage.posts)
        assert it.stage.posts["p0"].startswith(f"Parley was restarted {MAX_ATTEMPTS} times")
        await it.settled()
        assert await it.open_rows() == 0
    assert begun == list(range(2, MAX_ATTEMPTS + 1))


async def test_a_pressed_button_is_recovered_into_its_message_too(tmp_path):
    stage = Stage()
    again = Command("regenerate", "Again", frozen_button, button=True, on_crash="resume")
    async with house(tmp_path, again, says(echo), stage=stage) as it:
        await it.accept(message("hello"))
        await it.settled()
        await it.accept(invocation("regenerate", of=stage.deliveries[0].id))
        await stage.until(lambda stage: stage.posts["p0"] == "anew, half")
        await it.noted("anew, half")
    again = Command("regenerate", "Again", resuming, button=True, on_crash="resume")
    async with house(tmp_path, again, says(echo), stage=stage) as it:
        await stage.until(lambda stage: "interrupted" in stage.posts["p0"])
        assert stage.posts == {"p0": "anew, half (interrupted)"}


async def frozen_button(_run):
    yield Text("anew, half")
    await asyncio.Event().wait()


async def test_a_step_that_succeeded_is_not_taken_again_after_a_crash(tmp_path):
    taken = []

    async def create():
        taken.append("created")
        return "batch_1"

    async def once_then_freeze(run):
        await run.once("create", create)
        await asyncio.Event().wait()
        yield

    async def once_then_tell(run):
        yield Text(await run.once("create", create))

    async with house(tmp_path, says(once_then_freeze)) as it:
        await it.accept(message("hello"))
        async with asyncio.timeout(5):
            while not await it.storage.steps.get(next(iter(it.turns._answering), ""), "create"):
                await asyncio.sleep(0)
    async with house(tmp_path, says(once_then_tell)) as it:
        await it.stage.until(lambda stage: stage.posts)
        assert it.stage.posts == {"p0": "batch_1"}
    assert taken == ["created"]


async def test_what_people_read_ends_at_once_and_waits_for_no_turn_that_is_answered_anew(tmp_path):
    stage = Stage()

    async def by_text(run):
        reply = frozen if run.event.text == "seen" else silent
        async for part in resuming(run) if run.shown else reply(run):
            yield part

    async with house(tmp_path, says(by_text), stage=stage) as it:
        for number in range(8):
            await it.accept(message("unseen", thread=f"t{number}"))
        await it.accept(message("seen", thread="last"))
        await stage.until(lambda stage: stage.posts)
    async with house(tmp_path, says(by_text), stage=stage):
        await stage.until(lambda stage: stage.posts["p0"] == "seen, half (interrupted)")


async def test_leaving_begins_no_turn_that_waits_to_be_recovered(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatcher, "DRAIN", 0.05)
    begun = []

    async def counting(run):
        begun.append(run.id)
        await asyncio.Event().wait()
        yield

    async with house(tmp_path, says(silent)) as it:
        for number in range(8):
            await it.accept(message("hello", thread=f"t{number}"))
    async with house(tmp_path, says(counting)) as it:
        async with asyncio.timeout(5):
            while not begun:
                await asyncio.sleep(0)
        await it.dispatcher.drain()
        assert 0 < len(begun) < 8
        assert await it.open_rows() == 8


@pytest.mark.parametrize("patience", [60, 0.01])
async def test_what_is_new_waits_behind_what_is_recovered_but_not_for_long(
    tmp_path, monkeypatch, patience
):
    monkeypatch.setattr(turns, "PATIENCE", patience)
    begun = []

    async def counting(run):
        begun.append(run.event.text)
        await asyncio.Event().wait()
        yield

    async with house(tmp_path, says(silent)) as it:
        for number in range(8):
            await it.accept(message("old", thread=f"t{number}"))

    async def until_begun(number):
        async with asyncio.timeout(5):
            while len(begun) < number:
                await asyncio.sleep(0)

    async with house(tmp_path, says(counting)) as it:
        await until_begun(4)
        await it.accept(message("new", thread="new"))
        if patience < 1:
            await until_begun(5)
        assert ("new" in begun) == (patience < 1)
        assert await it.open_rows() == 9


async def test_recovery_starts_few_turns_at_once_and_more_as_they_succeed():
    slots = Slots(first=2, most=4)
    running = peak = 0

    async def one(gate):
        nonlocal running, peak
        async with slots:
            running += 1
            if not gate.is_set():
                peak = max(peak, running)
            await gate.wait()
            running -= 1

    async def many():
        gate = asyncio.Event()
        waiting = [asyncio.create_task(one(gate)) for _ in range(20)]
        for _ in range(5):
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*waiting)

    await many()
    assert peak == 2
    await many()
    assert peak == 4
