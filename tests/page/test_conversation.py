from bot.events import Author, Invocation, Message, Place, Stop
from bot.parts import Delta
from tests.page.house import House, echo, hold, refuse, think


async def test_a_message_gets_its_answer_in_its_thread():
    async with House() as house:
        ada = await house.client()
        said = await ada.say("hello")
        await ada.open(said)
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        assert [p["text"] for p in ada.posts.values()] == ["hello", "You said: hello"]
        assert ada.answers[0]["buttons"] == [
            {"id": f"parley:regenerate:{ada.answers[0]['id']}", "label": "Regenerate"}
        ]


async def test_a_message_is_an_addressed_event_in_the_persons_own_channel():
    async with House() as house:
        ada = await house.client()
        said = await ada.say("hello")
        (event,) = house.parley.events.values()
        assert event == Message(
            id=f"page:{said}",
            place=Place("page", "local", "ada", said),
            author=Author("page:ada", "Ada"),
            at=event.at,
            text="hello",
            source=said,
            addressed=True,
        )


async def test_a_thread_is_listed_with_its_first_question():
    async with House() as house:
        ada, other_tab = await house.client(), await house.client()
        said = await ada.say("  Why is\n the sky blue?  ")
        await ada.say("And at night?", thread=said)
        await other_tab.until(lambda: any(m["type"] == "thread" for m in other_tab.heard))
        later = await house.client()
        titles = [line["title"] for line in later.welcome["threads"]]
        assert titles == ["Why is the sky blue?"]


async def test_an_answer_grows_by_what_is_new():
    async with House(script=hold) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("go on", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["text"] == "Well,")
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: ada.answers[0]["done"])
        appended = [m["append"] for m in ada.heard if "append" in m]
        assert "".join(appended) == ada.answers[0]["text"] == "Well, stopped."
        assert not any("text" in m for m in ada.heard if m["type"] == "change")


async def test_stop_is_a_control_on_the_delivery():
    async with House(script=hold) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("go on", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["buttons"])
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        stop = list(house.parley.events.values())[-1]
        assert isinstance(stop, Stop)
        assert stop.delivery == ada.answers[0]["id"]


async def test_a_press_answers_into_the_same_post():
    async with House() as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("hello", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        pressed = list(house.parley.events.values())[-1]
        assert isinstance(pressed, Invocation)
        assert (pressed.command, pressed.of) == ("regenerate", ada.answers[0]["id"])
        await ada.until(lambda: ada.answers[0]["text"] == f"You said: {pressed.id}")
        assert len(ada.answers) == 1


async def test_a_press_of_a_button_that_is_gone_does_nothing():
    async with House() as house:
        ada = await house.client()
        said = await ada.press("thread-1", "parley:regenerate:d00000000001")
        assert ada.refusal(said) == ""
        assert not house.parley.events


async def test_a_sign_without_an_answer_is_gone_in_the_end():
    async with House(script=think) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("hm", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["status"] == "Thinking")
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: not ada.answers)
        assert sum("/posts/" in key for key in house.state.rows) == 1  # the question


async def test_a_notice_is_shown_with_the_answer_it_belongs_to():
    async with House(script=refuse) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("hello", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        assert "midnight" in ada.answers[0]["notices"][0]


async def test_a_second_try_that_fails_leaves_the_first_answer():
    async with House() as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("hello", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        house.parley.script = refuse
        await ada.press("thread-1", ada.answers[0]["buttons"][0]["id"])
        await ada.until(lambda: ada.answers[0]["notices"] and ada.answers[0]["done"])
        assert ada.answers[0]["text"] == "You said: hello"


async def test_the_palette_knows_what_can_be_typed():
    async with House() as house:
        ada = await house.client()
        typed = {c["name"]: c["help"] for c in ada.welcome["commands"] if c["typed"]}
        assert typed == {"help": "What Parley can do", "usage": "What was spent",
                         "paint": "Make a picture", "ask": "Ask the model"}  # fmt: skip


async def test_the_page_says_what_answers():
    async with House() as house, House(sandbox=False) as paid:
        assert "small model on this machine" in (await house.client()).welcome["label"]
        label = paid.page._lobby.label
        assert label == "gpt-6-luna through the OpenAI API"


async def test_bytes_are_linear_in_the_text():
    async def long(_parley, _event, screen, _stop):
        for _ in range(20):
            screen.show(Delta("word " * 50))
            await ada.until_next(lambda m: m["type"] == "change")

    async with House(script=long) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("write", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        received = sum(len(m.get("append", "") + m.get("text", "")) for m in ada.heard)
        assert received == len(ada.answers[0]["text"]) == 5000


async def test_two_people_with_the_same_thread_id_have_two_threads():
    async with House(script=echo) as house:
        ada, grace = await house.client("ada"), await house.client("grace")
        await ada.say("my secret", thread="thread-1")
        await grace.open("thread-1")
        assert grace.posts == {}
        assert grace.welcome["threads"] == []
        await grace.say("hello", thread="thread-1")
        places = {event.place.key for event in house.parley.events.values()}
        assert len(places) == 2
