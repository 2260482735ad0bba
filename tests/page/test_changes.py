"""What one said is edited and deleted, and what one thinks of an answer is shown."""

import pytest

from bot.events import Author, Deleted, Edited, Place
from bot.parts import Button, Buttons, Status, Text
from tests.page.house import DONE, House, hold


def last(house):
    return list(house.parley.events.values())[-1]


async def talked(ada, text="hello", **said):
    """A thread with one question and its answer."""
    thread = await ada.say(text, **said)
    await ada.open(thread)
    await ada.until(lambda: ada.answers and ada.answers[0]["done"])
    return thread


def titles(client):
    return {m["id"]: m["title"] for m in client.heard if m["type"] == "thread"}


async def test_an_edited_message_says_so_everywhere_and_is_answered_in_the_same_post():
    async with House() as house:
        ada, tab = await house.client(), await house.client()
        file = await ada.upload("notes.txt", b"hello")
        thread = await talked(ada, files=[file])
        await tab.open(thread)
        (first,) = ada.answers
        said = await ada.act("edit", thread, post=thread, text=" good bye ")
        event = last(house)
        (original,) = [e for e in house.parley.events.values() if e.id == f"page:{thread}"]
        assert event == Edited(
            id=f"page:{said}", message=f"page:{thread}", source=thread, at=event.at,
            place=Place("page", "local", "ada", thread), author=Author("page:ada", "Ada"),
            text="good bye", addressed=True, attachments=original.attachments,
        )  # fmt: skip
        for client in (ada, tab):
            await client.until(lambda c=client: c.answers[0]["text"] == "You said: good bye")
            assert client.posts[thread]["text"] == "good bye"
            assert [answer["id"] for answer in client.answers] == [first["id"]]
            assert titles(client)[thread] == "good bye"


async def test_an_edit_is_there_after_a_restart():
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada)
        await ada.act("edit", thread, post=thread, text="good bye")
    async with House(house.state) as anew:
        ada = await anew.client()
        assert [line["title"] for line in ada.welcome["threads"]] == ["good bye"]
        await ada.open(thread)
        assert ada.posts[thread]["text"] == "good bye"


async def test_a_deleted_question_takes_its_answer_along_and_the_thread_stays():
    async with House() as house:
        ada, tab = await house.client(), await house.client()
        thread = await talked(ada, "a secret", files=[await ada.upload("secret.txt", b"hello")])
        await tab.open(thread)
        said = await ada.act("delete", thread, post=thread)
        event = last(house)
        assert event == Deleted(
            id=f"page:{said}", message=f"page:{thread}", source=thread, at=event.at,
            place=Place("page", "local", "ada", thread), author=Author("page:ada", "Ada"),
        )  # fmt: skip
        for client in (ada, tab):
            await client.until(lambda c=client: not c.posts)
            await client.until(lambda c=client: titles(c)[thread] == "Empty conversation")
        await house.parley.settled()
        kept = "".join(house.state.rows.values())
        assert "secret" not in kept
        assert not [path for path in house.folder.rglob("*") if path.is_file()]


async def test_the_title_is_the_first_question_that_is_left():
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada, "first")
        second = await ada.say("second", thread=thread)
        await ada.act("delete", thread, post=second)
        assert titles(ada).get(thread, "first") == "first"
        await ada.say("third", thread=thread)
        await ada.act("delete", thread, post=thread)
        assert titles(ada)[thread] == "third"


async def test_a_change_that_could_not_be_written_down_changes_nothing():
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada)
        house.parley.refuse = "The disk is full."
        for act in ("edit", "delete"):
            said = await ada.act(act, thread, post=thread, text="x")
            assert ada.refusal(said) == "The disk is full."
        assert ada.posts[thread]["text"] == "hello"


async def test_a_change_that_is_sent_again_is_one():
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada)
        for act in ({"type": "edit", "text": "x"}, {"type": "delete"}):
            said = act | {"id": f"{act['type']}-0001", "thread": thread, "post": thread}
            for _ in range(2):
                await ada.send(said)
        await ada.until(lambda: sum(m.get("id", "").endswith("-0001") for m in ada.heard) == 4)
        assert [type(e).__name__ for e in house.parley.events.values()] == [
            "Message", "Edited", "Deleted",
        ]  # fmt: skip


async def test_only_ones_own_words_can_be_changed():
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada)
        form = await ada.act("use", thread, command="paint", values={"prompt": "x"})
        events = len(house.parley.events)
        for post in (ada.answers[0]["id"], form, "never-seen"):
            for act in ("edit", "delete"):
                said = await ada.act(act, thread, post=post, text="x")
                gone = act == "delete" and post == "never-seen"  # as it should be
                assert bool(ada.refusal(said)) is not gone
        assert len(house.parley.events) == events


@pytest.mark.parametrize("text", ["", "  \n", "x" * 32_001])
async def test_an_edit_must_say_something_that_can_be_answered(text):
    async with House() as house:
        ada = await house.client()
        thread = await talked(ada)
        assert ada.refusal(await ada.act("edit", thread, post=thread, text=text))
        assert ada.posts[thread]["text"] == "hello"


async def rated(_parley, event, screen, _stop):
    """An answer that asks what one thinks of it."""
    if getattr(event, "command", "") in {"good", "bad"}:
        screen.show(Text("Thank you, *noted*."))
        return
    screen.show(Status("Thinking"))
    screen.show(Buttons((Button("Stop", "stop"),)))
    screen.show(Text("An answer"))
    screen.show(Buttons((Button("Regenerate", "regenerate"),), feedback=True))


async def rate(ada, command):
    (answer,) = ada.answers
    button = f"parley:{command}:{answer['id']}"
    assert button in {each["id"] for each in answer["buttons"]}
    await ada.press(ada.welcome_thread, button)


async def test_what_one_thinks_of_an_answer_is_asked_shown_and_thanked_beside_it():
    async with House(script=rated) as house:
        house.parley.private = {"good", "bad"}
        ada = await house.client()
        ada.welcome_thread = thread = await talked(ada)
        assert [b["label"] for b in ada.answers[0]["buttons"]] == ["Regenerate", "👍", "👎"]
        await rate(ada, "good")
        await ada.until(lambda: ada.answers[0].get("aside"))
        answer = ada.answers[0]
        assert (answer["rated"], answer["aside"]) == ("good", "Thank you, *noted*.")
        assert (answer["text"], answer["private"], len(ada.answers)) == ("An answer", False, 1)
        assert len(answer["buttons"]) == 3
        await rate(ada, "bad")
        await ada.until(lambda: ada.answers[0]["rated"] == "bad")
        assert (last(house).command, last(house).of) == ("bad", answer["id"])
    async with House(house.state) as anew:
        ada = await anew.client()
        await ada.open(thread)
        assert (ada.answers[0]["rated"], ada.answers[0]["aside"]) == ("bad", "")


async def test_another_answer_is_asked_about_anew():
    async with House(script=rated) as house:
        house.parley.private = {"good"}
        ada = await house.client()
        ada.welcome_thread = await talked(ada)
        await rate(ada, "good")
        await ada.until(lambda: ada.answers[0]["rated"] == "good" and ada.answers[0]["aside"])
        await ada.press(ada.welcome_thread, ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: ada.answers[0]["rated"] == "" and ada.answers[0]["done"])
        assert ada.answers[0]["aside"] == ""


async def test_a_private_answer_that_has_a_button_is_changed_in_its_place():
    async def pages(_parley, event, screen, _stop):
        screen.show(Text(f"Page of {type(event).__name__}"))
        screen.show(Buttons((Button("Next", "help"),)))

    async with House(script=pages) as house:
        house.parley.private = {"help", "paint"}
        ada = await house.client()
        thread = await ada.act("use", command="paint", values={"prompt": "x"})
        await ada.open(thread)
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        assert ada.answers[0]["private"]
        house.parley.script = next_page
        await ada.press(thread, ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: ada.answers[0]["text"] == "Page 2")
        assert ada.answers[0].get("aside", "") == ""


async def next_page(_parley, _event, screen, _stop):
    screen.show(Text("Page 2"))


async def test_an_edit_while_parley_answers_does_not_wait_for_it():
    async with House(script=hold) as house:
        ada = await house.client()
        thread = await ada.say("go on")
        await ada.open(thread)
        await ada.until(lambda: ada.answers and ada.answers[0]["text"] == "Well,")
        house.parley.script = say_done
        await ada.act("edit", thread, post=thread, text="go away")
        assert ada.posts[thread]["text"] == "go away"
        assert isinstance(last(house), Edited)


async def say_done(_parley, _event, screen, _stop):
    screen.show(Text("Done"))
    screen.show(DONE)
