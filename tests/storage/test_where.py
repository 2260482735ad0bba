"""What is asked of an answer again comes to the conversation that the answer is part of."""

import pytest
from msgspec.structs import asdict, replace

from bot.events import Author, Deleted, Edited, Invocation, Message, Place
from bot.storage.inbox import Inbox
from bot.storage.memory import Memory, Turn

ADA = Author("slack:T1:ADA")
CHANNEL = Place("slack", "T1", "C1")
THREAD = replace(CHANNEL, thread="1.0")  # as a platform names what is about the message 1.0
QUESTION = Message(id="m1", place=CHANNEL, author=ADA, at=0.0, text="hi", source="1.0",
                   addressed=True, flat=True)  # fmt: skip
IN_A_THREAD = replace(QUESTION, place=THREAD, flat=False)


def edited(place, **more):
    return Edited(**asdict(QUESTION) | {"id": "m1:2", "message": "m1", "place": place} | more)


def deleted(place):
    return Deleted(id="m1:deleted", place=place, author=ADA, at=1.0, message="m1", source="1.0")


def pressed(place, of, by="button"):
    return Invocation(id="p1", place=place, author=ADA, at=1.0, command="regenerate", by=by, of=of)


@pytest.fixture
def inbox(database):
    return Inbox(database)


@pytest.fixture
def answered(database, inbox):
    async def answered(question, where=None):
        """The delivery of its answer, which is done, and remembered there."""
        taken = await inbox.accept(question)
        turns = [Turn("user", "hi", 1, taken.delivery), Turn("assistant", "ho", 1, taken.delivery)]
        await Memory(database).remember(where or question.place, turns)
        await inbox.finish(taken.delivery)
        return taken.delivery

    return answered


WHILE_THE_SETTING_CHANGES = [
    (QUESTION, THREAD, (CHANNEL, True)),  # nobody wants it in the channel any more
    (IN_A_THREAD, CHANNEL, (THREAD, False)),  # somebody wants it there since
    (IN_A_THREAD, THREAD, (THREAD, False)),
]


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("change", WHILE_THE_SETTING_CHANGES)
async def test_an_edit_a_deletion_and_a_press_do(inbox, answered, done, change):
    question, says, (place, flat) = change
    delivery = await answered(question) if done else (await inbox.accept(question)).delivery
    press = pressed(THREAD, delivery)
    for event in (edited(says, flat=not flat), press, replace(press, id="p2", by="form"),
                  deleted(says)):  # fmt: skip
        taken = await inbox.accept(event)
        assert (taken.event.place, taken.event.flat) == (place, flat)


async def test_what_began_with_a_command_has_the_thread_that_it_made(inbox, answered):
    asked = Invocation(id="s1", place=CHANNEL, author=ADA, at=0.0, command="ask")
    delivery = await answered(asked, where=THREAD)
    taken = await inbox.accept(pressed(THREAD, delivery))
    assert (taken.event.place, taken.event.flat) == (THREAD, False)


async def test_before_that_is_known_it_is_where_the_platform_says(inbox):
    asked = Invocation(id="s1", place=CHANNEL, author=ADA, at=0.0, command="ask")
    delivery = (await inbox.accept(asked)).delivery
    taken = await inbox.accept(pressed(THREAD, delivery))
    assert (taken.event.place, taken.event.flat) == (THREAD, False)


async def test_what_nobody_remembers_and_another_channels_stay_where_they_are(inbox, answered):
    delivery = await answered(QUESTION)
    elsewhere = Place("slack", "T1", "C2", "9.0")
    for event in (pressed(elsewhere, delivery), pressed(THREAD, "gone")):
        taken = await inbox.accept(replace(event, id=f"{event.of}"))
        assert (taken.event.place, taken.event.flat) == (event.place, False)


async def test_what_parley_says_by_itself_is_where_it_says(inbox, answered):
    delivery = await answered(QUESTION)
    taken = await inbox.accept(pressed(THREAD, delivery, by="parley"))
    assert taken.event.place == THREAD
