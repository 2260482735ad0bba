import asyncio

import pytest

from bot.events import Invocation, Message, Stop
from bot.parts import Button, Buttons, Text
from tests.contract.world import Upload
from tests.discord_adapter.conftest import delivery_for


async def test_a_mention_asks_in_a_thread_of_its_own(bot, discord):
    async with bot.running():
        root = await discord.mention("what is a quine?")
        (event,) = await bot.inbox.holds(1)
    assert isinstance(event, Message)
    assert event.id == f"discord:{root}"
    assert event.text == "what is a quine?"
    assert event.addressed
    assert event.source == event.place.thread == root
    assert event.place.channel == discord.store.general
    assert event.author.id == f"discord:{discord.store.person('ada')['id']}"
    assert event.author.name == "ada"


async def test_what_is_said_in_a_thread_names_the_thread(bot, discord):
    async with bot.running():
        root = await discord.say("let us talk")
        await discord.say("a word", thread=root)
        await discord.mention("and you?", thread=root)
        _, said, asked = await bot.inbox.holds(3)
    assert said.place == asked.place
    assert said.place.thread == root
    assert said.place.channel == discord.store.general
    assert (said.addressed, asked.addressed) == (False, True)


async def test_a_direct_message_is_for_parley(bot, discord):
    async with bot.running():
        await discord.direct("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.addressed
    assert (event.place.workspace, event.place.thread) == ("", "")


async def test_a_reply_to_parley_is_for_parley_and_a_reply_to_others_is_not(bot, discord):
    mine = discord.store.post(
        discord.store.general, discord.store.me,
        {"content": "An answer", "allowed_mentions": {"parse": []}},
    )  # fmt: skip
    theirs = await discord.say("not an answer", by="bob")
    async with bot.running():
        await discord.say("go on", to=mine["id"])
        await discord.say("me too", to=theirs)
        first, second = await bot.inbox.holds(2)
    assert (first.addressed, second.addressed) == (True, False)


async def test_a_file_is_offered_with_what_discord_says_of_it(bot, discord):
    async with bot.running():
        table = Upload("people.csv", b"name\nAda\n", "text/csv")
        await discord.mention("who is it?", table)
        (event,) = await bot.inbox.holds(1)
    (file,) = event.attachments
    assert (file.name, file.media_type, file.size) == ("people.csv", "text/csv", 9)
    assert (file.spoken, file.seconds) == (False, 0)


async def test_a_voice_message_is_known_as_one(bot, discord):
    async with bot.running():
        await discord.direct("", Upload("voice-message.ogg", b"OggS", "audio/ogg", seconds=2.5))
        (event,) = await bot.inbox.holds(1)
    (file,) = event.attachments
    assert (event.text, file.spoken, file.seconds) == ("", True, 2.5)


async def test_a_file_without_words_in_a_thread_is_heard(bot, discord):
    async with bot.running():
        root = await discord.mention("look at this")
        await discord.say("", Upload("fox.png", b"PNG", "image/png"), thread=root)
        _, event = await bot.inbox.holds(2)
    assert (event.text, [file.name for file in event.attachments]) == ("", ["fox.png"])


async def test_what_somebody_only_passes_on_is_not_said_to_parley(bot, discord):
    snapshot = {"message": {"content": "hello", "type": 0, "timestamp": discord.store.time(),
                            "edited_timestamp": None, "attachments": [], "embeds": [],
                            "components": [], "flags": 0}}  # fmt: skip
    async with bot.running():
        channel = discord.store.direct(discord.store.person("ada"))["id"]
        await discord._say(channel, "", "ada", Upload("x", b"x"), message_snapshots=[snapshot])
        await discord.direct("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"


async def test_what_is_passed_on_in_a_channel_is_heard_with_its_files(bot, discord):
    """It is said to all who read there, and who watches the channel has to know of it."""
    file = {"id": "5", "filename": "fox.png", "size": 1, "url": "https://cdn.discordapp.com/f",
            "proxy_url": "https://cdn.discordapp.com/f"}  # fmt: skip
    snapshot = {"message": {"content": "rude", "type": 0, "timestamp": discord.store.time(),
                            "edited_timestamp": None, "attachments": [file], "embeds": [],
                            "components": [], "flags": 0}}  # fmt: skip
    async with bot.running():
        general, own = discord.store.general, Upload("x", b"x")
        await discord._say(general, "", "ada", own, message_snapshots=[snapshot])
        (event,) = await bot.inbox.holds(1)
    assert (event.text, event.addressed) == ("rude", False)
    assert [attachment.name for attachment in event.attachments] == ["x", "fox.png"]


async def test_an_edit_of_what_is_said_to_nobody_and_a_picture_alone_are_heard(bot, discord):
    async with bot.running():
        said = await discord.say("nice")
        await discord.edit(said, "rude")
        await discord.say("", Upload("fox.png", b"PNG", "image/png"))
        _, edited, picture = await bot.inbox.holds(3)
    assert (edited.message, edited.text, edited.addressed) == (f"discord:{said}", "rude", False)
    assert (picture.text, picture.attachments[0].name) == ("", "fox.png")


async def test_bots_and_parley_itself_are_not_heard(bot, discord):
    async with bot.running():
        robot = discord.store.user("robot", bot=True)
        discord.store.people["robot"] = robot
        await discord.mention("hello from a robot", by="robot")
        await discord.mention("hello from a person")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello from a person"


async def test_a_slash_command_is_acknowledged_after_it_is_written_down(bot, discord):
    async with bot.running():
        await discord.until(lambda: discord.store.menu)
        token = await discord.slash("imagine", 'prompt:"a fox" number:3')
        (event,) = await bot.inbox.holds(1)
        await discord.until(lambda: discord.store.interactions[token]["response"])
    assert isinstance(event, Invocation)
    assert (event.command, event.values) == ("imagine", {"prompt": "a fox", "number": 3})
    assert event.place.thread == ""
    assert discord.store.interactions[token]["response"] == 5


async def test_what_could_not_be_written_down_is_not_acknowledged(bot, discord, caplog):
    bot.inbox.broken = 1
    async with bot.running():
        token = await discord.slash("help")
        await bot.inbox.until(lambda: bot.inbox.asked)
        await asyncio.sleep(0)
    assert not discord.store.interactions[token]["response"]
    assert "could not be written down" in caplog.text


async def test_a_message_that_could_not_be_written_down_is_tried_again(bot, discord, monkeypatch):
    monkeypatch.setattr("adapters.discord.intake._PAUSES", (0.01, 0.01))
    bot.inbox.broken = 2
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"
    assert bot.inbox.asked >= 3


async def test_a_pressed_button_names_its_delivery_also_after_a_restart(bot, discord, restarted):
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        row = Buttons((Button("Regenerate", "regenerate"), Button("Stop", "stop")))
        await bot.deliver(delivery_for(event), Text("Hi"), row)
    post = discord.posts()[0].id
    other = restarted()
    async with other.running():
        token = await discord.press("Regenerate", post=post, by="bob")
        await other.inbox.holds(1)
        await discord.press("Stop", post=post)
        again, stop = (e for e in await other.inbox.holds(2) if not isinstance(e, Message))
        await discord.until(lambda: discord.store.interactions[token]["response"])
    await other.adapter.close()
    assert isinstance(again, Invocation)
    assert (again.command, again.of, again.by) == ("regenerate", "delivery0123", "button")
    assert again.place == event.place
    assert isinstance(stop, Stop)
    assert stop.delivery == "delivery0123"
    assert discord.store.interactions[token]["response"] == 6


@pytest.mark.parametrize("fault", [(400, 40060), (404, 10062), (502, 0)])
async def test_an_acknowledgement_that_fails_is_harmless(bot, discord, fault):
    async with bot.running():
        discord.refuse_next("POST /interactions/.*", *fault)
        await discord.slash("help")
        await bot.inbox.holds(1)
        await discord.mention("still here?")
        assert len(await bot.inbox.holds(2)) == 2


async def test_a_button_of_another_bot_is_not_ours(bot, discord):
    mine = discord.store.post(
        discord.store.general, discord.store.me,
        {"content": "An answer", "allowed_mentions": {"parse": []}, "components": [
            {"type": 1, "components": [{"type": 2, "label": "Old", "custom_id": "old:1"}]}]},
    )  # fmt: skip
    async with bot.running():
        await discord.press("Old", post=mine["id"])
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"


async def test_the_menu_is_made_from_the_commands_and_sent_once(bot, discord, restarted):
    async with bot.running():
        await discord.until(lambda: discord.store.menu)
    other = restarted()
    async with other.running():
        pass
    await other.adapter.close()
    help_, imagine = discord.store.menu
    assert help_["name"] == "help"
    assert [option["name"] for option in imagine["options"]] == ["prompt", "size", "number"]
    assert imagine["options"][0]["required"]
    assert [c["value"] for c in imagine["options"][1]["choices"]] == ["small", "large"]
    assert (imagine["options"][2]["min_value"], imagine["options"][2]["max_value"]) == (1, 4)
    assert discord.requests["PUT /applications/*/commands"] == 1


async def test_a_refused_menu_does_not_keep_parley_from_answering(bot, discord, caplog):
    discord.refuse_next("PUT .*", 400, 50035)
    async with bot.running():
        await discord.mention("hello")
        await bot.inbox.holds(1)
    assert "menu" in caplog.text


async def test_a_slash_command_that_comes_twice_is_one_event(bot, discord):
    async with bot.running():
        token = await discord.slash("help")
        await discord.redeliver()
        await discord.mention("hello")
        await bot.inbox.holds(2)
        await discord.until(lambda: discord.store.interactions[token]["response"])
    assert [event.id for event in bot.inbox.events if isinstance(event, Invocation)]
    assert len(bot.inbox.events) == 2
