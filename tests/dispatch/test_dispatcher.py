import asyncio

import pytest

from bot.commands import Command, Option
from bot.dispatch import dispatcher as dispatch
from bot.errors import NotAccepted, Undeliverable
from bot.parts import Delta, Text
from tests.dispatch.house import Stage, echo, house, invocation, message, says, stop


class Held:
    """A handler that says its first word and waits for the test."""

    def __init__(self):
        self.go = asyncio.Event()
        self.begun = []

    async def __call__(self, run):
        self.begun.append(run)
        yield Delta(f"{run.event.text}…")
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            if not run.stopped:
                raise
            yield Delta(f" ({run.stopped})")
            return
        yield Delta(" done")


async def test_a_message_is_answered_once_however_often_it_is_delivered(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        assert await it.accept(message("hello", id_="m")) == "accepted"
        assert await it.accept(message("hello", id_="m")) == "duplicate"
        await it.settled()
        assert it.stage.posts == {"p0": "hello"}
        assert await it.open_rows() == 0


async def test_turns_of_one_thread_run_in_order_and_threads_run_side_by_side(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("first"))
        await it.accept(message("second"))
        await it.accept(message("elsewhere", thread="t2"))
        await it.stage.until(lambda stage: len(stage.posts) == 2)
        assert sorted(run.event.text for run in held.begun) == ["elsewhere", "first"]
        held.go.set()
        await it.settled()
        assert [run.event.text for run in held.begun][-1] == "second"


async def test_what_is_private_does_not_wait_for_the_answer_under_way_in_its_thread(tmp_path):
    async def usage(_run):
        yield Text("little")

    held = Held()
    command = Command("usage", "Usage", usage, private=True)
    async with house(tmp_path, command, says(held)) as it:
        await it.accept(message("long"))
        await it.accept(message("/usage"))
        await it.stage.until(lambda stage: "little" in stage.posts.values())
        held.go.set()


async def test_stop_ends_the_answer_at_once_and_keeps_what_is_there(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("long"))
        await it.stage.until(lambda stage: stage.posts)
        await it.accept(stop(it.stage.deliveries[0].id))
        await it.settled()
        assert it.stage.posts == {"p0": "long… (person)"}
        assert await it.open_rows() == 0


async def test_a_stop_for_an_answer_that_has_ended_does_nothing(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("hello"))
        await it.settled()
        assert await it.accept(stop(it.stage.deliveries[0].id)) == "accepted"
        assert it.stage.posts == {"p0": "hello"}


async def test_a_button_is_answered_in_the_message_that_shows_it(tmp_path):
    async def again(_run):
        yield Text("anew")

    command = Command("regenerate", "Again", again, button=True)
    async with house(tmp_path, command, says(echo)) as it:
        await it.accept(message("hello"))
        await it.settled()
        first = it.stage.deliveries[0]
        await it.accept(invocation("regenerate", of=first.id))
        await it.settled()
        assert it.stage.posts == {"p0": "anew"}
        second = it.stage.deliveries[1]
        assert second.id == first.id
        assert second.nonce != first.nonce


async def test_an_unknown_command_a_wrong_option_and_a_missing_right_each_get_their_sentence(
    tmp_path,
):
    async def never(_run):
        raise AssertionError
        yield

    size = Option("n", "How many", int, minimum=1, maximum=4)
    commands = (
        Command("imagine", "Pictures", never, (size,)),
        Command("files", "Files", never, access="admin"),
    )
    async with house(tmp_path, *commands, says(echo)) as it:
        for event in (
            message("/imagin"),
            invocation("imagine", n="many"),
            invocation("imagine", n=9),
            invocation("imagine", size="9"),
            invocation("files"),
            message("/files"),
        ):
            await it.accept(event)
            await it.settled()
        assert it.stage.posts == {}
        assert it.stage.notices == [
            "There is no command `/imagin`. Did you mean `/imagine`?",
            "`n` takes a whole number; you gave “many”.",
            "`n` is at most 4; you gave 9.",
            "`/imagine` does not know `size`; it takes n.",
            "`/files` is for admins. Ask one of them to do it for you.",
            "`/files` is for admins. Ask one of them to do it for you.",
        ]


async def test_a_handler_that_fails_says_so_with_a_reference_and_logs_the_cause(tmp_path, caplog):
    async def broken(_run):
        yield Delta("so far")
        raise ZeroDivisionError

    async with house(tmp_path, says(broken)) as it:
        await it.accept(message("hello"))
        await it.settled()
        delivery = it.stage.deliveries[0]
        assert it.stage.posts == {"p0": "so far"}
        assert f"`{delivery.id}`" in it.stage.notices[0]
    assert "ZeroDivisionError" in caplog.text
    assert delivery.id in caplog.text


async def test_an_event_that_cannot_be_written_down_is_not_accepted(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.storage.database.write(lambda db: db.execute("DROP TABLE seen") and None)
        with pytest.raises(NotAccepted):
            await it.accept(message("hello"))


async def test_a_platform_that_fails_is_tried_again_with_the_answer_that_is_there(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.dispatch.answering.PAUSES", (0, 0, 0))
    calls = []

    async def counted(run):
        calls.append(run)
        yield Delta("answer")

    stage = Stage()
    stage.failures = [ConnectionError(), ConnectionError()]
    async with house(tmp_path, says(counted), stage=stage) as it:
        await it.accept(message("hello"))
        await it.settled()
        assert it.stage.posts == {"p0": "answer"}
        assert len(calls) == 1


async def test_an_answer_whose_channel_is_gone_is_given_up_with_a_line_in_the_log(tmp_path, caplog):
    stage = Stage()
    stage.failures = [Undeliverable("The channel is gone.")]
    async with house(tmp_path, says(echo), stage=stage) as it:
        await it.accept(message("hello"))
        await it.settled()
        assert await it.open_rows() == 0
    assert "The channel is gone." in caplog.text


async def test_a_platform_that_is_no_longer_configured_keeps_its_turns_for_later(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        it.turns._adapters = {}
        await it.accept(message("hello"))
        await it.settled()
        assert await it.open_rows() == 1


async def test_leaving_lets_answers_end_then_interrupts_them_and_keeps_what_nobody_saw(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(dispatch, "DRAIN", 0.05)
    held = Held()

    async def by_text(run):
        if run.event.text == "unseen":
            await asyncio.Event().wait()
        parts = held(run)
        async for part in parts:
            yield part

    async with house(tmp_path, says(by_text)) as it:
        await it.accept(message("seen"))
        await it.accept(message("queued"))
        await it.accept(message("unseen", thread="t2"))
        await it.stage.until(lambda stage: stage.posts)
        await it.dispatcher.drain()
        await it.accept(message("late"))
        assert it.stage.posts == {"p0": "seen… (shutdown)"}
        assert await it.open_rows() == 3  # queued, unseen, late


async def test_a_person_who_asks_too_often_is_told_when_to_go_on(tmp_path):
    async with house(tmp_path, says(echo), throttle=2) as it:
        for text in ("one", "two", "three"):
            await it.accept(message(text))
        await it.settled()
        assert list(it.stage.posts.values()) == ["one", "two"]
        assert "2 times within a minute" in it.stage.notices[0]


async def test_what_people_read_is_noted_while_it_is_written(tmp_path):
    more = asyncio.Event()

    async def slow(_run):
        yield Delta("one ")
        await more.wait()
        yield Delta("two")
        await asyncio.Event().wait()

    async with house(tmp_path, says(slow)) as it:
        await it.accept(message("hello"))
        await it.stage.until(lambda stage: stage.posts)
        more.set()

        await it.noted("one two")
