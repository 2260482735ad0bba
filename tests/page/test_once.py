"""Nothing lost and nothing twice: over cut connections, lost answers and restarts."""

import uuid

import pytest

from bot.parts import Text
from bot.screen import Screen
from tests.page.house import House, echo, hold


def say(text="hello"):
    said = uuid.uuid4().hex
    return {"type": "say", "id": said, "thread": said, "text": text}


async def test_a_message_that_is_sent_again_is_one_event_and_one_post():
    async with House() as house:
        ada = await house.client()
        message = say()
        for _ in range(3):
            await ada.send(message)
        await ada.until(lambda: sum(m["type"] == "got" for m in ada.heard) == 3)
        await ada.open(message["id"])
        await ada.until(lambda: len(ada.posts) == 2)
        assert len(house.parley.events) == 1


async def test_what_could_not_be_written_down_is_not_acknowledged_and_in_no_thread():
    async with House() as house:
        house.parley.refuse = "The disk is full."
        ada = await house.client()
        message = say()
        await ada.send(message)
        await ada.until(lambda: any(m["type"] == "refused" for m in ada.heard))
        refused = ada.heard[-1]
        assert (refused["sentence"], refused["again"]) == ("The disk is full.", True)
        assert not house.state.rows
        house.parley.refuse = ""
        await ada.send(message)
        await ada.answered(message["id"])
        assert len(house.parley.events) == 1


async def test_who_comes_back_gets_the_thread_as_it_is_now():
    async with House(script=hold) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("go on", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["text"] == "Well,")
        await ada.cut()
        again = await house.client()
        await again.open("thread-1")
        assert again.answers[0]["text"] == "Well,"
        await again.press("thread-1", again.answers[0]["buttons"][0]["id"])
        await again.until(lambda: again.answers[0]["done"])
        assert again.answers[0]["text"] == "Well, stopped."


async def test_a_thread_is_there_after_a_restart():
    async with House() as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("hello", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        before = list(ada.posts.values())
    async with House(house.state) as anew:
        ada = await anew.client()
        assert [line["title"] for line in ada.welcome["threads"]] == ["hello"]
        await ada.open("thread-1")
        assert [p["text"] for p in ada.posts.values()] == [p["text"] for p in before]


async def test_an_answer_goes_on_in_the_same_post_after_a_restart():
    async with House(script=hold) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("go on", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["text"])
        event = next(iter(house.parley.events.values()))
        logs = house.parley.logs
    async with House(house.state, script=echo) as anew:
        anew.parley.logs = logs
        await anew.parley.accept(event)
        ada = await anew.client()
        await ada.open("thread-1")
        await ada.until(lambda: ada.answers[0]["text"].startswith("You said"))
        assert len(ada.answers) == 1


async def test_a_post_whose_answer_was_lost_is_there_once():
    async with House() as house:
        ada = await house.client()
        await ada.open("thread-1")
        event_id = await ada.say("hello", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        event = house.parley.events[f"page:{event_id}"]
        delivery = house.parley.delivery(event)
        delivery.log.known = {"0": None}
        house.state.lose = "page/posts/"
        screen = Screen()
        screen.show(Text("once"))
        screen.finish()
        with pytest.raises(OSError, match="lost"):
            await house.page.deliver(delivery, screen)
        await house.page.deliver(delivery, screen)
        await ada.until(lambda: ada.answers[-1]["text"] == "once")
        assert delivery.log.known == {"0": delivery.id}
        assert sum("once" in value for value in house.state.rows.values()) == 1


async def test_nothing_is_taken_in_while_parley_leaves():
    async with House() as house:
        ada = await house.client()
        await house.stop_listening()
        message = say()
        await ada.send(message)
        await ada.answered(message["id"])
        assert ada.heard[-1]["again"] is True
        assert not house.parley.events


async def test_a_thread_that_nobody_watches_is_not_held():
    async with House() as house:
        ada = await house.client()
        for number in range(5):
            await ada.open(f"thread-{number}")
        assert len(house.page._lobby.threads._held) == 1


async def test_a_long_answer_is_written_at_most_once_a_second():
    async with House(script=hold) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("go on", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["text"])
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: ada.answers[0]["done"])
        assert house.state.puts <= 4  # the thread, the message, the answer's first and last state
