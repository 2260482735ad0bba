"""What acts on an answer: edits and deletions of its question, stops that name a place."""

import asyncio

import pytest

from bot.commands import Command
from bot.events import Attachment, Deleted, Edited, Stop
from bot.parts import Delta, Text
from bot.ports import PARLEY
from tests.dispatch.house import ADA, Stage, echo, house, invocation, message, says
from tests.dispatch.test_dispatcher import Held


def edited(text, *, message_="m", version="1", addressed=False, thread="t1"):
    old = message("", thread=thread)
    return Edited(
        id=f"{message_}:{version}", message=message_, place=old.place, author=ADA, at=0.0,
        text=text, source="s", addressed=addressed,
    )  # fmt: skip


def deleted(message_="m"):
    return Deleted(id=f"{message_}:gone", message=message_, place=message("").place, author=ADA,
                   at=0.0)  # fmt: skip


async def test_an_edited_question_is_answered_anew_in_the_same_post(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("helo", id_="m"))
        await it.settled()
        await it.accept(edited("hello"))
        await it.settled()
        assert it.stage.posts == {"p0": "hello"}
        await it.accept(edited("hello you", version="2"))
        await it.settled()
        assert it.stage.posts == {"p0": "hello you"}
        assert await it.open_rows() == 0


async def test_one_version_of_a_message_is_answered_once(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("helo", id_="m"))
        assert await it.accept(edited("hello")) == "accepted"
        assert await it.accept(edited("hello")) == "duplicate"
        await it.settled()
        assert len(it.stage.deliveries) == 2


async def test_an_edit_stops_the_answer_to_the_first_version(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("helo", id_="m"))
        await it.stage.until(lambda stage: stage.posts)
        await it.accept(edited("hello"))
        await it.stage.until(lambda stage: stage.posts == {"p0": "hello…"})
        assert held.begun[0].stopped == "edited"
        held.go.set()
        await it.settled()
        assert it.stage.posts == {"p0": "hello… done"}


async def test_of_a_question_that_waits_only_the_last_version_is_answered(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("long"))
        await it.stage.until(lambda stage: stage.posts)
        await it.accept(message("helo", id_="m"))
        await it.accept(edited("hello"))
        held.go.set()
        await it.settled()
        assert [run.event.text for run in held.begun] == ["long", "hello"]
        assert await it.open_rows() == 0


async def test_a_message_that_only_its_edit_addresses_to_parley_is_answered(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("@Prley hi", id_="m", addressed=False))
        await it.accept(edited("hi", addressed=True))
        await it.settled()
        assert it.stage.posts == {"p0": "hi"}
        await it.accept(edited("hi all", version="2", addressed=True))
        await it.settled()
        assert it.stage.posts == {"p0": "hi all"}


async def test_what_was_edited_first_and_comes_late_is_not_answered_twice(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(edited("hello", addressed=True))
        assert await it.accept(message("helo", id_="m")) == "duplicate"
        await it.settled()
        assert it.stage.posts == {"p0": "hello"}


async def test_an_edit_of_what_was_said_to_nobody_is_nothing(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("lunch?", id_="m", addressed=False))
        await it.accept(edited("dinner?"))
        await it.accept(edited("never seen", message_="other"))
        await it.settled()
        assert it.stage.posts == {}


async def test_an_edit_may_make_a_command_of_a_question(tmp_path):
    async def usage(_run):
        yield Text("little")

    async with house(tmp_path, Command("usage", "Usage", usage), says(echo)) as it:
        await it.accept(message("/usge", id_="m", addressed=True))
        await it.accept(edited("/usage"))
        await it.settled()
        assert it.stage.posts == {"p0": "little"}


async def test_a_deleted_question_takes_its_answer_along(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("secret", id_="m"))
        await it.settled()
        await it.accept(deleted())
        await it.settled()
        assert it.stage.posts == {}
        assert await it.open_rows() == 0
        outbox = await it.storage.outbox.load(it.stage.deliveries[0].id)
        assert outbox == {}


async def test_a_deletion_cancels_the_answer_under_way(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("secret", id_="m"))
        await it.stage.until(lambda stage: stage.posts)
        await it.accept(deleted())
        await it.settled()
        assert held.begun[0].stopped == "deleted"
        assert it.stage.posts == {}


async def test_a_deleted_question_that_waits_is_never_asked(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("long"))
        await it.stage.until(lambda stage: stage.posts)
        await it.accept(message("secret", id_="m"))
        await it.accept(deleted())
        held.go.set()
        await it.settled()
        assert [run.event.text for run in held.begun] == ["long"]


async def test_a_deletion_is_carried_out_by_the_next_process_too(tmp_path):
    async def frozen(run):
        yield Delta(run.event.text)
        await asyncio.Event().wait()

    stage = Stage()
    async with house(tmp_path, says(frozen), stage=stage) as it:
        await it.accept(message("secret", id_="m"))
        await stage.until(lambda stage: stage.posts)
        it.dispatcher._lanes.close()  # killed between the writing down and the doing
        await it.accept(deleted())
    async with house(tmp_path, says(frozen), stage=stage) as it:
        await stage.until(lambda stage: not stage.posts)
        await it.settled()
        assert await it.open_rows() == 0


async def test_a_deletion_of_what_nobody_answered_is_nothing(tmp_path):
    async with house(tmp_path, says(echo)) as it:
        await it.accept(message("lunch?", id_="m", addressed=False))
        await it.accept(deleted())
        assert await it.open_rows() == 0
        assert not it.stage.deliveries


async def test_a_stop_without_a_delivery_stops_what_is_answered_in_the_place(tmp_path):
    held = Held()
    async with house(tmp_path, says(held)) as it:
        await it.accept(message("here"))
        await it.accept(message("there", thread="t2"))
        await it.stage.until(lambda stage: len(stage.posts) == 2)
        await it.accept(Stop(id="x", place=message("").place, author=ADA, at=0.0))
        await it.stage.until(lambda stage: "here… (person)" in stage.posts.values())
        held.go.set()
        await it.settled()
        assert sorted(it.stage.posts.values()) == ["here… (person)", "there… done"]


async def test_a_handler_opens_what_came_with_the_message_and_reads_what_was_said_before(tmp_path):
    async def read(run):
        (attachment,) = run.event.attachments
        content = b"".join([chunk async for chunk in run.open(attachment)])
        said = [message.text for message in await run.history()]
        yield Text(f"{content.decode()}, {said}")

    stage = Stage()
    stage.files["f1"] = b"the content"
    stage.said = [message("before", author=PARLEY)]
    async with house(tmp_path, says(read), stage=stage) as it:
        event = message("look")
        await it.accept(type(event)(**{f: getattr(event, f) for f in event.__struct_fields__}
                                    | {"attachments": (Attachment("f1", "a.txt"),)}))  # fmt: skip
        await it.settled()
        assert stage.posts == {"p0": "the content, ['before']"}


@pytest.mark.parametrize("late", [False, True])
async def test_an_answer_in_a_channel_may_begin_a_thread_that_remembers(tmp_path, late):
    class Opening(Stage):
        async def deliver(self, delivery, screen):
            await super().deliver(delivery, screen)
            delivery.place = message("", thread="p0").place

    async def remembering(run):
        turns = await it.storage.memory.recent(run.event.place, 10)
        yield Text(", ".join(turn.text for turn in turns) or "nothing")
        from bot.storage.memory import Turn  # noqa: PLC0415

        said = Turn("user", run.event.text, 1, run.id)
        await it.storage.memory.remember(run.event.place, [said])

    async with house(tmp_path, says(remembering), stage=Opening()) as it:
        await it.accept(message("in the channel", thread=""))
        await it.settled()
        await it.accept(message("there", thread="p0" if not late else ""))
        await it.settled()
        heard = "nothing" if late else "in the channel"
        assert list(it.stage.posts.values()) == ["nothing", heard]


async def test_what_a_button_asks_for_apart_is_a_post_below(tmp_path):
    async def more(run):
        assert (run.event.of, run.answers) == (first.id, run.id)
        yield Delta("more")

    again = Command("again", "More of it", more, button=True, apart=True)
    async with house(tmp_path, again, says(echo)) as it:
        await it.accept(message("hello"))
        await it.settled()
        [first] = it.stage.deliveries
        await it.accept(invocation("again", of=first.id))
        await it.settled()
        assert it.stage.posts == {"p0": "hello", "p1": "more"}
        assert it.stage.deliveries[1].id != first.id
