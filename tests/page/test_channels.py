"""Channels that all identities share: who hears what, and what is said to Parley."""

import pytest

from adapters.page import threads
from bot.events import Author, Deleted, Edited, Invocation, Message, Place
from bot.parts import Button, Buttons, Image, Notice, Text, Withdraw
from bot.ports import PARLEY
from tests.contract.show import PNG
from tests.page import samples
from tests.page.house import DONE, House

GENERAL = "#general"


def last(house):
    return list(house.parley.events.values())[-1]


async def addressed(_parley, event, screen, _stop):
    """As Parley does: only what is said to it is answered."""
    if isinstance(event, Deleted):
        screen.show(Withdraw())
    elif not isinstance(event, Message) or event.addressed:
        screen.show(Text(f"You said: {getattr(event, 'text', event.id)}"))
        screen.show(DONE)


async def two(house):
    return await house.client("ada"), await house.client("grace")


async def answered(client):
    await client.until(lambda: client.answers and client.answers[0]["done"])
    return client.answers[0]


@pytest.mark.parametrize(
    ("text", "is_addressed", "heard"),
    [
        ("lunch?", False, "lunch?"),
        ("@Parley lunch?", True, "lunch?"),
        ("what do you say, @parley?", True, "what do you say, ?"),
        ("@Parley: lunch?", True, "lunch?"),
        ("/help", True, "/help"),
        ("write to ada@parley.example", False, "write to ada@parley.example"),
        ("@parleys", False, "@parleys"),
    ],
)
async def test_in_a_channel_only_what_names_parley_is_said_to_it(text, is_addressed, heard):
    async with House(script=addressed) as house:
        ada = await house.client()
        said = await ada.say(text, channel=GENERAL)
        event = last(house)
        assert event == Message(
            id=f"page:{said}", place=Place("page", "local", GENERAL, said), at=event.at,
            author=Author("page:ada", "Ada"), text=heard, source=said, addressed=is_addressed,
        )  # fmt: skip
        await ada.open("", GENERAL)
        assert ada.posts[said]["text"] == text


async def test_what_is_said_in_a_channel_is_seen_live_by_all_who_are_there():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        await grace.open("", GENERAL)
        said = await ada.say("lunch?", channel=GENERAL)
        await grace.until(lambda: said in grace.posts)
        assert (grace.posts[said]["by"], grace.posts[said]["text"]) == ("ada", "lunch?")
        await ada.act("edit", said, post=said, text="dinner?", channel=GENERAL)
        assert isinstance(last(house), Edited)
        await grace.until(lambda: grace.posts[said]["text"] == "dinner?")
        await ada.act("delete", said, post=said, channel=GENERAL)
        assert isinstance(last(house), Deleted)
        await grace.until(lambda: not grace.posts)


async def test_an_answer_begins_a_thread_and_the_channel_counts_it():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        await grace.open("", GENERAL)
        said = await ada.say("@Parley hello", channel=GENERAL)
        await grace.until(lambda: grace.posts.get(said, {}).get("replies") == 1)
        assert len(grace.posts) == 1
        await grace.open(said, GENERAL)
        assert (await answered(grace))["text"] == "You said: hello"
        await grace.say("me too", thread=said, channel=GENERAL)
        assert last(house).place.thread == said
        await ada.open("", GENERAL)
        assert ada.posts[said]["replies"] == 2


async def test_a_channel_outlives_a_restart_with_all_that_was_said():
    async with House(script=addressed) as house:
        ada = await house.client()
        await ada.act("create", channel="#foxes")
        said = await ada.say("@Parley hello", channel="#foxes")
        await house.parley.settled()
    async with House(house.state) as anew:
        grace = await anew.client("grace")
        assert grace.welcome["channels"] == ["#foxes", GENERAL]
        await grace.open("", "#foxes")
        assert (grace.posts[said]["text"], grace.posts[said]["replies"]) == ("@Parley hello", 1)


async def test_only_the_latest_of_a_long_channel_are_shown(monkeypatch):
    monkeypatch.setattr(threads, "_SHOWN", 2)
    async with House(script=addressed) as house:
        ada = await house.client()
        said = [await ada.say(f"number {n}", channel=GENERAL) for n in range(3)]
    async with House(house.state) as anew:
        ada = await anew.client()
        await ada.open("", GENERAL)
        assert list(ada.posts) == said[1:]


async def test_a_channel_is_made_once_and_told_to_all():
    async with House() as house:
        ada, grace = await two(house)
        assert not ada.refusal(await ada.act("create", channel="#foxes"))
        await grace.until(lambda: {"type": "channel", "name": "#foxes", "by": ""} in grace.heard)
        for name in ("#foxes", GENERAL):
            refused = grace.refusal(await grace.act("create", channel=name))
            assert refused == f"{name} is there already."


@pytest.mark.parametrize("name", ["foxes", "#", "#-x", "#Foxes", "#a/b", "#a b", "#" + "x" * 32])
async def test_a_channel_has_a_plain_name(name):
    async with House() as house:
        ada = await house.client()
        await ada.send({"type": "create", "id": "create-1", "channel": name})
        await ada.until(lambda: ada.closed)
        assert ada.close_code == 4400


async def test_nothing_is_said_or_read_in_a_channel_that_is_not_there():
    async with House() as house:
        ada = await house.client()
        refused = ada.refusal(await ada.say("hello", channel="#nowhere"))
        assert refused == "There is no channel #nowhere: create it first."
        await ada.send({"type": "open", "thread": "", "channel": "#nowhere"})
        await ada.until(
            lambda: any(m.get("sentence") == refused and not m["id"] for m in ada.heard)
        )
        assert not house.parley.events


async def test_a_notice_and_a_private_answer_are_for_the_asker_alone():
    async def tell(_parley, event, screen, _stop):
        if isinstance(event, Message):
            screen.show(Notice("Your budget is spent."))
        else:
            screen.show(Text("What you spent: much."))

    async with House(script=tell) as house:
        house.parley.private = {"usage"}
        ada, grace = await two(house)
        asked = await ada.say("@Parley hello", channel=GENERAL)
        for client in (ada, grace):
            await client.open(asked, GENERAL)
        await ada.act("use", asked, command="usage", channel=GENERAL)
        await ada.until(lambda: any(a["notices"] for a in ada.answers))
        await ada.until(lambda: any(a["text"] and a["done"] for a in ada.answers))
        await house.parley.settled()
        await grace.open("", GENERAL)
        assert grace.posts[asked]["replies"] == 1  # the command that was used
        await grace.open(asked, GENERAL)
        assert not grace.answers
        assert not [m for m in grace.heard if "budget" in str(m) or "much" in str(m)]
        await ada.open(asked, GENERAL)
        assert len(ada.answers) == 2


async def test_who_watches_a_private_answer_of_somebody_else_grow_sees_nothing_of_it():
    async def tell(_parley, event, screen, _stop):
        if isinstance(event, Invocation):
            screen.show(Text("a secret"))

    async with House(script=tell) as house:
        house.parley.private = {"usage"}
        ada, grace = await two(house)
        asked = await ada.say("lunch?", channel=GENERAL)
        await grace.open(asked, GENERAL)
        await ada.act("use", asked, command="usage", channel=GENERAL)
        await house.parley.settled()
        done = await ada.say("that was it", thread=asked, channel=GENERAL)
        await grace.until(lambda: done in grace.posts)
        assert "secret" not in str([m for m in grace.heard if m.get("post", {}).get("by") != "ada"])
        assert not [m for m in grace.heard if m["type"] == "change"]


async def test_what_a_button_says_to_one_is_not_told_to_others():
    async def rated(_parley, event, screen, _stop):
        if isinstance(event, Invocation):
            screen.show(Text("Thank you, Grace."))
        else:
            screen.show(Text("An answer"))
            screen.show(Buttons((Button("Again", "regenerate"),), feedback=True))

    async with House(script=rated) as house:
        house.parley.private = {"good"}
        ada, grace = await two(house)
        asked = await ada.say("@Parley hello", channel=GENERAL)
        for client in (ada, grace):
            await client.open(asked, GENERAL)
            await answered(client)
        await grace.press(asked, f"parley:good:{grace.answers[0]['id']}", GENERAL)
        await grace.until(lambda: grace.answers[0].get("aside") == "Thank you, Grace.")
        await ada.until(lambda: ada.answers[0]["rated"] == "good")
        assert last(house).author.id == "page:grace"
        assert "Thank you" not in str(ada.heard)


async def test_an_answer_that_was_refused_at_first_is_seen_by_others_once_it_is_there():
    async def refuse(_parley, _event, screen, _stop):
        screen.show(Notice("Your budget is spent."))
        screen.show(DONE)

    async with House(script=refuse) as house:
        ada, grace = await two(house)
        asked = await ada.say("@Parley hello", channel=GENERAL)
        for client in (ada, grace):
            await client.open(asked, GENERAL)
        (answer,) = [await answered(ada)]
        await house.parley.settled()
        house.parley.script = addressed
        await ada.press(asked, answer["buttons"][0]["id"], GENERAL)
        await grace.until(lambda: any(a["text"] and a["done"] for a in grace.answers))


async def test_nobody_changes_what_another_said():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        said = await ada.say("lunch?", channel=GENERAL)
        for act in ("edit", "delete"):
            refused = await grace.act(act, said, post=said, text="x", channel=GENERAL)
            assert "of your own" in grace.refusal(refused)


async def test_a_deleted_beginning_stays_as_a_gap_where_others_answered():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        file = await ada.upload("secret.txt", b"hello")
        said = await ada.say("a secret", files=[file], channel=GENERAL)
        await grace.say("tell me more", thread=said, channel=GENERAL)
        await ada.act("delete", said, post=said, channel=GENERAL)
        await grace.open("", GENERAL)
        (root,) = grace.posts.values()
        assert (root["gone"], root["text"], root["media"], root["replies"]) == (True, "", [], 1)
        assert "secret" not in "".join(house.state.rows.values())
        assert not [path for path in house.folder.rglob("*") if path.is_file()]
        again = await ada.act("edit", said, post=said, text="x", channel=GENERAL)
        assert "still there" in ada.refusal(again)


async def test_a_file_in_a_channel_is_for_all_and_a_new_one_for_its_owner():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        file = await ada.upload("fox.png", samples.png())
        said = await ada.say("look", files=[file], channel=GENERAL)
        await grace.open("", GENERAL)
        (medium,) = grace.posts[said]["media"]
        assert medium["url"].startswith("/media/%23general/")
        assert await grace.fetch(medium["url"]) == samples.png()
        (attachment,) = last(house).attachments
        read = [chunk async for chunk in house.page.open(attachment)]
        assert b"".join(read) == samples.png()
        waiting = await ada.upload("other.png", samples.png())
        stolen = await grace.say("mine", files=[waiting], channel=GENERAL)
        assert "attach it again" in grace.refusal(stolen)


async def test_who_is_not_logged_in_fetches_nothing_from_a_channel():
    async def show(_parley, _event, screen, _stop):
        screen.show(Image("fox.png", samples.png(), "A fox"))

    async with House(script=show) as house:
        ada = await house.client()
        said = await ada.say("@Parley paint", channel=GENERAL)
        await ada.open(said, GENERAL)
        url = (await answered(ada))["media"][0]["url"]
    async with House(house.state, sandbox=False, page_password="open sesame") as locked:
        stranger = await locked.client()
        async with stranger.http.get(locked.address + url) as response:
            assert response.status == 404


async def test_parley_reads_what_was_said_in_a_thread_before_it_was_called():
    async with House(script=addressed) as house:
        ada, grace = await two(house)
        root = await ada.say("The fox is red.", channel=GENERAL)
        await grace.say("No, white.", thread=root, channel=GENERAL)
        asked = await ada.say("@Parley who is right?", thread=root, channel=GENERAL)
        await house.parley.settled()
        after = await grace.say("@Parley and why?", thread=root, channel=GENERAL)
        place = last(house).place
        before = await house.page.history(place, asked, 10)
        assert [(m.author.name, m.text) for m in before] == [
            ("Ada", "The fox is red."), ("Grace", "No, white."),
        ]  # fmt: skip
        latest = await house.page.history(place, after, 2)
        assert [m.author for m in latest] == [Author("page:ada", "Ada"), PARLEY]
        assert [m.text for m in latest] == ["who is right?", "You said: who is right?"]


async def test_what_is_not_asked_in_a_thread_begins_one_of_its_own():
    async with House() as house:
        ada = await house.client()
        await ada.open("", GENERAL)
        report = Invocation(
            id="page:job-1", place=Place("page", "local", GENERAL), at=0.0,
            author=Author("page:admin", "Admin"), command="help",
        )  # fmt: skip
        await house.parley.accept(report)
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        assert ada.answers[0]["text"] == "You said: page:job-1"


async def test_a_picture_alone_and_an_edit_are_heard_where_nobody_asked():
    async with House(script=addressed) as house:
        ada = await house.client()
        picture = await ada.upload("fox.png", PNG)
        said = await ada.say("", files=[picture], channel=GENERAL)
        event = last(house)
        assert (event.text, event.addressed, event.attachments[0].name) == ("", False, "fox.png")
        await ada.act("edit", said, post=said, text="rude", channel=GENERAL)
        assert (last(house).message, last(house).text) == (f"page:{said}", "rude")
