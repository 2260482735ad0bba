import asyncio

import aiohttp
import pytest

from bot.errors import Undeliverable
from bot.parts import Button, Buttons, Delta, Notice, Status, Text
from bot.screen import Screen
from tests.discord_adapter.asking import native
from tests.discord_adapter.conftest import Log, asked_in_channel, delivery_for

STOP = Buttons((Button("Stop", "stop"),))
LAST = Buttons((Button("Regenerate", "regenerate"), Button("Continue", "continue")))


@pytest.fixture
async def question(discord):
    return asked_in_channel(discord, await discord.mention("A question"))


async def test_an_answer_grows_in_one_message_in_the_questions_thread(bot, discord, question):
    screen = Screen()
    screen.show(Status("Thinking"))
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    await discord.until(lambda: discord.requests["POST /channels/*/typing"])
    screen.show(STOP)
    screen.show(Delta("Once upon"))
    await discord.until(discord.posts)
    assert discord.posts()[0].buttons == ("Stop",)
    screen.show(Delta(" a time"))
    screen.show(LAST)
    screen.finish()
    await answering
    (post,) = discord.posts()
    assert post.text == "Once upon a time"
    assert post.thread == question.source
    assert post.buttons == ("Regenerate", "Continue")
    assert discord.store.channels[question.source]["name"] == "A question"


async def test_in_a_thread_that_is_there_already_the_answer_is_posted(bot, discord, question):
    discord.store.thread(discord.store.general, question.source, "by a person")
    await bot.deliver(question, Text("Hi"))
    assert discord.posts()[0].thread == question.source


@pytest.mark.parametrize("fault", [(403, 50013), (400, 160005), (403, 50001), (400, 50024)])
async def test_where_no_thread_can_be_the_answer_is_a_reply(bot, discord, question, fault):
    discord.refuse_next("POST .*/threads", *fault)
    await bot.deliver(question, Text("Hi"))
    (post,) = discord.posts()
    assert post.thread == ""
    reference = discord.store.messages[discord.store.general][post.id]["message_reference"]
    assert reference["message_id"] == question.source


async def test_a_question_that_was_deleted_is_answered_in_the_channel(bot, discord, question):
    discord.delete(question.source)
    await bot.deliver(question, Text("Hi"))
    assert [(post.thread, post.text) for post in discord.posts()] == [("", "Hi")]


@pytest.mark.parametrize("how", ["cut", "500"])
async def test_a_post_whose_answer_was_lost_appears_once(bot, discord, question, how):
    discord.lose_next_answer(how)
    await bot.deliver(question, Text("Hi"), LAST)
    (post,) = discord.posts()
    assert question.log.known["0"].endswith(post.id)


@pytest.mark.parametrize("minutes", [0, 60])
async def test_killed_before_the_answer_was_heard_parley_goes_on_in_the_same_message(
    bot, discord, question, restarted, minutes
):
    await bot.deliver(question, Text("Once upon"), STOP)
    discord.advance(minutes * 60)
    question.log.known["0"] = None
    other = restarted()
    await other.deliver(question, Text("Once upon a time"), LAST)
    await other.adapter.close()
    (post,) = discord.posts()
    assert post.text == "Once upon a time"


async def test_killed_before_the_post_it_is_posted_once(bot, discord, question):
    question.log.known["0"] = None
    await bot.deliver(question, Text("Hi"))
    assert len(discord.posts()) == 1


async def test_an_answer_to_another_question_is_not_taken_for_the_lost_one(bot, discord, question):
    await bot.deliver(question, Text("First"), STOP)
    question.nonce, question.id, question.log = "nonce-second", "delivery0002", Log({"0": None})
    await bot.deliver(question, Text("Second"), STOP)
    assert [post.text for post in discord.posts()] == ["First", "Second"]


async def test_a_long_answer_is_pieces_of_which_only_the_last_changes(bot, discord, question):
    screen = Screen()
    screen.show(STOP)
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    for number in range(300):
        screen.show(Delta(f"Sentence number {number} of many. "))
        await asyncio.sleep(0)
    await discord.until(lambda: len(discord.posts()) > 3)
    before = [post.text for post in discord.posts()]
    screen.show(Delta("The end."))
    screen.show(LAST)
    screen.finish()
    await answering
    posts = discord.posts()
    assert [post.text for post in posts][: len(before) - 1] == before[:-1]
    assert all(len(post.text) <= 2000 for post in posts)
    assert "".join(post.text for post in posts).endswith("The end.")
    assert [post.buttons for post in posts] == [()] * (len(posts) - 1) + [
        ("Regenerate", "Continue")
    ]


async def test_a_shorter_answer_takes_the_place_of_a_longer_one(bot, discord, question):
    await bot.deliver(question, Text("A long sentence. " * 400), LAST)
    assert len(discord.posts()) > 3
    question.nonce = "nonce-second"
    await bot.deliver(question, Text("Short."), LAST)
    assert [post.text for post in discord.posts()] == ["Short."]
    assert set(question.log.known) == {"0"}


async def test_a_refused_regenerate_leaves_the_answer_that_stood(bot, discord, question):
    await bot.deliver(question, Text("The answer"), LAST)
    question.nonce = "nonce-second"
    await bot.deliver(question, Notice("Your budget is spent."))
    assert [post.text for post in discord.posts()] == ["The answer", "Your budget is spent."]


@pytest.mark.parametrize("via", [True, False])
async def test_after_a_429_the_answer_still_comes(bot, discord, question, via):
    discord.limit_next(0.02, via=via)
    await bot.deliver(question, Text("Hi"))
    assert len(discord.posts()) == 1


async def test_a_thousand_chunks_cost_few_writes(bot, discord, question, monkeypatch):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    started = asyncio.get_running_loop().time()
    for _ in range(1000):
        screen.show(Delta("x"))
        await asyncio.sleep(0)
    screen.finish()
    await answering
    took = asyncio.get_running_loop().time() - started
    assert discord.writes <= took / 0.01 + 2


async def test_what_no_platform_takes_is_cleaned(bot, discord, question):
    await bot.deliver(question, Text("a\0b \ud83d c"))
    assert discord.posts()[0].text == "ab \ufffd c"


async def test_what_a_model_wrote_calls_nobody(bot, discord, question):
    await bot.deliver(question, Text("@everyone, <@123> and <@&456>"), Notice("@here"))
    messages = [native(discord, post) for post in discord.posts()]
    assert [message["_calls"] for message in messages] == [False, False]


async def test_nothing_to_say_is_no_post(bot, discord, question):
    await bot.deliver(question, Text(" \n"))
    assert discord.posts() == []


async def test_a_notice_to_a_mention_is_a_plain_reply_and_comes_once(bot, discord, question):
    for _ in range(2):
        await bot.deliver(question, Notice("You may not."))
    (post,) = discord.posts()
    assert (post.text, post.private_to) == ("You may not.", "")


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ((404, 10003), "channel is gone"),
        ((403, 50001), "View Channel"),
        ((403, 50013), "Send Messages"),
        ((400, 50035), "does not take"),
    ],
)
async def test_what_discord_will_never_take_is_said_in_a_sentence(
    bot, discord, question, fault, sentence
):
    discord.refuse_next("POST .*/messages", *fault)
    with pytest.raises(Undeliverable) as refused:
        await bot.deliver(question, Text("Hi"))
    assert sentence in refused.value.sentence


async def test_an_answer_that_a_moderator_deleted_does_not_come_back(bot, discord, question):
    await bot.deliver(question, Text("Hi"), STOP)
    discord.delete(discord.posts()[0].id)
    await bot.deliver(question, Text("Hi again. " * 500))
    assert discord.posts() == []


async def test_no_typing_sign_stays_when_the_answer_is_cancelled(bot, discord, question):
    answering = asyncio.create_task(bot.deliver(question, screen=Screen()))
    await discord.until(lambda: discord.requests["POST /channels/*/typing"])
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)
    assert not [task for task in asyncio.all_tasks() if "_type" in repr(task.get_coro())]


async def test_a_private_command_typed_in_a_channel_is_answered_by_direct_message(bot, discord):
    async with bot.running():
        await discord.mention("/help")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event, private=True), Text("For you"))
    (post,) = discord.posts()
    direct = discord.store.direct(discord.store.person("ada"))
    assert post.id in discord.store.messages[direct["id"]]


# Slash commands


async def slash(bot, discord, *parts, command="imagine", private=False, log=None, after=0.0):
    async with bot.running():
        await discord.until(lambda: discord.store.menu)
        await discord.slash(command, "prompt:fox" if command == "imagine" else "")
        (event,) = await bot.inbox.holds(1)
        delivery = delivery_for(event, private=private, log=log)
        if after:
            await discord.until(lambda: discord.store.interactions["token-1"]["response"])
            discord.advance(after)
        await bot.deliver(delivery, *parts)
        return delivery


async def test_the_answer_to_a_slash_command_takes_the_place_of_thinking(bot, discord):
    delivery = await slash(bot, discord, Text("A fox"), LAST)
    (post,) = discord.posts()
    assert (post.text, post.private_to) == ("A fox", "")
    assert discord.requests["POST /channels/*/messages"] == 0
    assert delivery.log.known["0"].endswith(post.id)


async def test_a_private_command_is_answered_to_the_asker_alone(bot, discord):
    await slash(bot, discord, Text("A sentence. " * 300), command="help", private=True)
    posts = discord.posts()
    assert len(posts) == 2
    assert {post.private_to for post in posts} == {"ada"}


async def test_a_long_answer_to_a_slash_command_goes_on_in_the_channel(bot, discord):
    await slash(bot, discord, Text("A sentence. " * 300), LAST)
    assert len(discord.posts()) == 2
    assert discord.requests["POST /channels/*/messages"] == 1


async def test_a_refused_command_is_told_to_the_asker_and_thinking_ends(bot, discord):
    await slash(bot, discord, Notice("`number` is at most 4."))
    (post,) = discord.posts()
    assert post.private_to == "ada"
    assert not [
        m for m in discord.store.messages[discord.store.general].values() if m["flags"] & 128
    ]


async def test_a_refused_private_command_is_told_in_place_of_thinking(bot, discord):
    await slash(bot, discord, Notice("Try later."), command="help", private=True)
    assert [post.private_to for post in discord.posts()] == ["ada"]


async def test_after_15_minutes_the_answer_goes_on_in_the_channel(bot, discord):
    await slash(bot, discord, Text("A fox"), LAST, after=901)
    assert [post.text for post in discord.posts()] == ["A fox"]
    assert discord.requests["POST /channels/*/messages"] == 1


async def test_after_15_minutes_a_private_answer_comes_as_a_direct_message(bot, discord):
    await slash(bot, discord, Text("For you"), command="help", private=True, after=901)
    (post,) = discord.posts()
    direct = discord.store.direct(discord.store.person("ada"))
    assert post.id in discord.store.messages[direct["id"]]


async def test_an_interaction_that_was_not_acknowledged_is_answered_in_the_channel(bot, discord):
    discord.refuse_next("POST /interactions/.*", 404, 10062)
    await slash(bot, discord, Text("A fox"))
    assert [post.text for post in discord.posts()] == ["A fox"]


async def test_the_lost_answer_to_a_response_is_no_second_post(bot, discord):
    discord.lose_next_answer()
    await slash(bot, discord, Text("A fox"))
    assert [post.text for post in discord.posts()] == ["A fox"]


async def test_a_notice_after_a_button_is_for_the_one_who_pressed(bot, discord, question):
    await bot.deliver(question, Text("The answer"), LAST)
    async with bot.running():
        await discord.press("Regenerate", post=discord.posts()[0].id, by="bob")
        (event,) = await bot.inbox.holds(1)
        pressed = delivery_for(event, log=question.log, nonce="nonce-second")
        await bot.deliver(pressed, Notice("Only ada may."))
    assert [post.private_to for post in discord.posts()] == ["", "bob"]
    assert discord.posts()[0].text == "The answer"


async def test_a_whisper_whose_fate_is_unknown_is_not_repeated(bot, discord, question):
    await bot.deliver(question, Text("The answer"), LAST)
    async with bot.running():
        await discord.press("Regenerate", post=discord.posts()[0].id)
        (event,) = await bot.inbox.holds(1)
        pressed = delivery_for(event, log=question.log, nonce="nonce-second")
        discord.lose_next_answer()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await bot.deliver(pressed, Notice("Only ada may."))
        await bot.deliver(pressed, Notice("Only ada may."))
    assert [post.text for post in discord.posts()] == ["The answer", "Only ada may."]
