"""What goes wrong on Discord, and what people see of it."""

import asyncio
import logging

import discord as discord_py
import msgspec
import pytest

from bot.errors import Undeliverable
from bot.parts import Button, Buttons, Card, Delta, File, Image, Notice, Text, Withdraw
from bot.screen import Screen
from tests.discord_adapter.asking import LAST, PNG, STOP, commanded, native, thinking
from tests.discord_adapter.conftest import Log, asked_in_channel
from tests.fakes.discord_limits import limited

LONG = "A sentence of some length. " * 400  # six messages


@pytest.fixture
async def question(discord):
    return asked_in_channel(discord, await discord.mention("A question"))


def in_mode(question, mode, thread=None):
    question.address = f'{{"mode":"{mode}"}}'
    thread = question.place.thread if thread is None else thread
    question.place = msgspec.structs.replace(question.place, thread=thread)
    return question


def texts(discord):
    return [post.text for post in discord.posts()]


def reply_to(discord, post):
    return native(discord, post).get("message_reference", {}).get("message_id")


# Where an answer stands


async def test_in_reply_mode_every_piece_is_a_reply_to_the_question(bot, discord, question):
    await bot.deliver(in_mode(question, "reply"), Text(LONG))
    posts = discord.posts()
    assert {post.thread for post in posts} == {""}
    assert {reply_to(discord, post) for post in posts} == {question.source}
    assert not any(native(discord, post)["_calls"] for post in posts)


async def test_a_later_question_of_a_conversation_is_answered_beside_it(bot, discord, question):
    """Its place is named by the first question, which is no thread of Discord's."""
    root, question.source = question.source, await discord.say("And now?")
    await bot.deliver(in_mode(question, "reply", thread=root), Text("Now this."))
    (post,) = discord.posts()
    assert (post.thread, reply_to(discord, post)) == ("", question.source)


async def test_in_channel_mode_an_answer_is_a_message_like_others(bot, discord, question):
    await bot.deliver(in_mode(question, "channel", thread=""), Text("Hi"))
    (post,) = discord.posts()
    assert (post.thread, reply_to(discord, post)) == ("", None)


async def test_a_reply_to_a_deleted_question_still_goes(bot, discord, question):
    discord.delete(question.source)
    await bot.deliver(in_mode(question, "reply"), Text("Hi"))
    assert texts(discord) == ["Hi"]


async def test_who_may_not_read_history_may_not_reply_and_writes_a_message(
    bot, discord, question, caplog
):
    discord.store.rights.deny(discord.store.general, "read_message_history")
    await bot.deliver(in_mode(question, "reply"), Text(LONG))
    assert len(discord.posts()) == 6
    assert discord.requests["POST /channels/*/messages"] == 7  # one was refused
    assert "Read Message History" in caplog.text


async def test_without_the_permission_for_threads_the_answer_is_a_reply(
    bot, discord, question, caplog
):
    discord.store.rights.deny(discord.store.general, "create_public_threads")
    await bot.deliver(question, Text("Hi"))
    (post,) = discord.posts()
    assert (post.thread, reply_to(discord, post)) == ("", question.source)
    assert "Create Public Threads" in caplog.text


async def test_where_threads_are_limited_for_minutes_the_answer_is_a_reply(bot, discord, question):
    discord._refused.append(("POST .*/threads", limited(300, via=True)))
    await bot.deliver(question, Text("Hi"))
    assert reply_to(discord, discord.posts()[0]) == question.source


async def test_a_thread_whose_name_is_blocked_gets_another(bot, discord, question):
    discord.refuse_next("POST .*/threads", 400, 200001)
    await bot.deliver(question, Text("Hi"))
    assert discord.posts()[0].thread == question.source
    assert discord.store.channels[question.source]["name"] == "Parley"


async def test_the_next_attempt_goes_on_where_the_first_post_is(bot, discord, question):
    discord.refuse_next("POST .*/threads", 400, 160006)
    await bot.deliver(question, Text("Short"))
    await bot.deliver(question, Text(LONG))
    assert {post.thread for post in discord.posts()} == {""}


async def test_a_commands_answer_begins_a_conversation(bot, discord):
    delivery = await commanded(discord)
    await bot.deliver(delivery, Text(LONG))
    first, *others = discord.posts()
    assert delivery.place.thread == first.id
    assert {reply_to(discord, post) for post in others} == {first.id}


async def test_a_restart_knows_the_conversation_that_a_command_began(bot, discord, restarted):
    delivery = await commanded(discord)
    await bot.deliver(delivery, Text("Once"))
    delivery.place = msgspec.structs.replace(delivery.place, thread="")
    other = restarted()
    await other.deliver(delivery, Text(f"Once {LONG}"))
    await other.adapter.close()
    first, *others = discord.posts()
    assert delivery.place.thread == first.id
    assert {reply_to(discord, post) for post in others} == {first.id}


@pytest.mark.parametrize("how", [{"private": True}, {"mode": "channel"}, {"outside": True}])
async def test_what_nobody_can_reply_to_begins_none(bot, discord, how):
    delivery = await commanded(discord, **how)
    await bot.deliver(delivery, Text("Hi"))
    assert delivery.place.thread == ""


# Limits and lost connections


@pytest.mark.parametrize("via", [True, False])
async def test_a_limit_over_everything_is_waited_out(bot, discord, question, via):
    discord._refused.append(("POST .*/messages", limited(0.02, via=via, everything=True)))
    await bot.deliver(question, Text("Hi"))
    assert texts(discord) == ["Hi"]


async def test_after_a_very_long_limit_the_answer_is_tried_again_as_a_whole(bot, discord, question):
    discord._refused.append(("POST .*/messages", limited(300, via=False)))
    with pytest.raises(discord_py.HTTPException):
        await bot.deliver(question, Text("Hi"))
    await bot.deliver(question, Text("Hi"))
    assert texts(discord) == ["Hi"]


async def test_an_old_message_that_takes_no_more_edits_gives_way_to_a_new_one(
    bot, discord, question
):
    await bot.deliver(question, Text("Epoch 1"), STOP)
    (old,) = discord.posts()
    discord.advance(7200)
    discord._refused.append(("PATCH .*", limited(0.01, via=False, code=30046)))
    await bot.deliver(question, Card("Training"), Text("Epoch 2"), Image("a.png", PNG, "a"))
    (new,) = discord.posts()
    assert new.id != old.id
    assert (new.text, new.card, new.images) == ("Epoch 2", "Training", ("a",))
    assert question.log.known["0"].endswith(new.id)


async def test_halfway_through_an_answer_another_process_goes_on_in_the_same_messages(
    bot, discord, question, restarted
):
    await bot.deliver(question, Text(LONG[:3000]), STOP)
    before = [post.id for post in discord.posts()]
    other = restarted()
    await other.deliver(question, Text(LONG), LAST)
    await other.adapter.close()
    posts = discord.posts()
    assert [post.id for post in posts][:2] == before
    assert "".join(texts(discord)).split() == LONG.split()
    assert [post.buttons for post in posts][:2] == [(), ()]


# Permissions


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ("send_messages_in_threads", "Send Messages in Threads"),
        ("send_messages", "Send Messages"),
        ("view_channel", "View Channels"),
    ],
)
async def test_the_permission_that_is_missing_is_named(bot, discord, question, denied, named):
    discord.store.rights.deny(discord.store.general, denied)
    question = question if "thread" in denied else in_mode(question, "reply")
    with pytest.raises(Undeliverable) as refused:
        await bot.deliver(question, Text("Hi"))
    assert refused.value.sentence.endswith(f"give it the permission {named}.")


async def test_without_the_right_to_send_files_the_answer_says_so(bot, discord, question):
    discord.store.rights.deny(discord.store.general, "attach_files")
    files = (File("a.csv", b"a", "a"), File("b.csv", b"b", "b"))
    await bot.deliver(question, Card("Done"), Text("Here:"), *files, LAST)
    (post,) = discord.posts()
    assert post.text == (
        "Here:\n\n-# Parley may not send files here: give it the permission Attach Files."
    )
    assert (post.card, post.files, post.buttons) == ("Done", (), ("Regenerate",))


async def test_where_permissions_cannot_be_read_a_simpler_answer_is_tried(bot, discord, question):
    discord.store.rights.deny(discord.store.general, "embed_links")
    discord.refuse_next("GET /guilds/.*", 404, 10004)
    await bot.deliver(question, Card("Done"), Text("It works."))
    assert texts(discord) == ["**Done**\n\nIt works."]


async def test_an_administrator_lacks_nothing(bot, discord, question):
    discord.store.rights.administrator = True
    discord.store.rights.deny(discord.store.general, "send_messages_in_threads")
    discord.refuse_next("POST .*/messages", 403, 50013)
    with pytest.raises(Undeliverable) as refused:
        await bot.deliver(question, Text("Hi"))
    assert "Send Messages and Send Messages in Threads" in refused.value.sentence


# Threads that are closed


async def test_an_archived_thread_is_opened_again_to_edit(bot, discord, question):
    await bot.deliver(question, Text("Hi"), LAST)
    discord.store.channels[question.source]["thread_metadata"]["archived"] = True
    await bot.deliver(question, Text("Hi again"))
    assert texts(discord) == ["Hi again"]
    assert not discord.store.channels[question.source]["thread_metadata"]["archived"]


async def test_an_archived_thread_is_opened_again_by_writing(bot, discord, question):
    discord.store.thread(discord.store.general, question.source, "by a person")
    discord.store.channels[question.source]["thread_metadata"]["archived"] = True
    await bot.deliver(question, Text("Hi"))
    assert texts(discord) == ["Hi"]


async def test_in_an_archived_thread_an_answer_can_be_withdrawn(bot, discord, question):
    await bot.deliver(question, Text("Hi"))
    discord.store.channels[question.source]["thread_metadata"]["archived"] = True
    await bot.deliver(question, Withdraw())
    assert discord.posts() == []


@pytest.mark.parametrize("answered", [True, False])
async def test_a_locked_thread_is_told_of(bot, discord, question, answered):
    if answered:
        await bot.deliver(question, Text("Hi"))
    else:
        discord.store.thread(discord.store.general, question.source, "by a person")
    metadata = discord.store.channels[question.source]["thread_metadata"]
    metadata |= {"archived": True, "locked": True}
    with pytest.raises(Undeliverable) as refused:
        await bot.deliver(question, Text("Hi again"))
    assert refused.value.sentence == "The thread is locked: a moderator can unlock it."


# What is gone


async def test_a_deleted_channel_ends_the_answer(bot, discord, question):
    await bot.deliver(question, Text("Hi"))
    del discord.store.channels[question.source]
    with pytest.raises(Undeliverable) as refused:
        await bot.deliver(question, Text("Hi again"))
    assert refused.value.sentence == "The channel is gone."


async def test_one_piece_that_somebody_deleted_stays_away_and_the_others_are_finished(
    bot, discord, question
):
    await bot.deliver(question, Text(LONG[:3000]), STOP)
    first, _ = discord.posts()
    discord.delete(first.id)
    await bot.deliver(question, Text(LONG), LAST)
    (post,) = discord.posts()
    assert len(post.text) > 1500
    assert f"{first.text}{post.text}" == LONG[: len(first.text) + len(post.text)]
    assert post.buttons == ()


@pytest.mark.parametrize("how", [{"private": True}, {"outside": True}])
async def test_what_somebody_deleted_of_an_interaction_stays_away(bot, discord, how):
    delivery = await commanded(discord, **how)
    await bot.deliver(delivery, Text(LONG[:3000]), STOP)
    discord.delete(discord.posts()[1].id)
    await bot.deliver(delivery, Text(LONG[:4100]), LAST)
    (post,) = discord.posts()
    assert post.text == LONG[: len(post.text)]


async def test_nobody_hears_of_an_answer_that_was_deleted(bot, discord, question, caplog):
    caplog.set_level(logging.WARNING, "adapters")
    await bot.deliver(question, Text("Hi"))
    discord.delete(discord.posts()[0].id)
    await bot.deliver(question, Text("Hi again"))
    assert not caplog.records


# A body that Discord does not take


async def test_a_refused_text_is_tried_in_smaller_pieces(bot, discord, question):
    body = {"code": 50035, "message": "Invalid Form Body",
            "errors": {"content": {"_errors": [{"message": "Must be 2000 or fewer"}]}}}  # fmt: skip
    discord.refuse_next("POST .*/messages", 400, 50035)
    discord._refused[-1][1].body = body
    await bot.deliver(question, Text("word " * 350))
    assert [len(text) <= 1000 for text in texts(discord)] == [True, True]


async def test_the_simplest_form_is_reached_before_giving_up(bot, discord, question, caplog):
    discord.refuse_next("POST .*/messages", 400, 50035, times=3)
    await bot.deliver(
        question, Card("Done"), Text("Look:"), Image("a.png", PNG, "a"),
        Buttons((Button("Again", "again"),)),
    )  # fmt: skip
    (post,) = discord.posts()
    assert post.text == "**Done**\n\nLook:\n\n-# Discord does not take “a.png”."
    assert (post.card, post.images, post.buttons) == ("", (), ())
    assert "Discord does not take a part of an answer: 400" in caplog.text


async def test_what_cannot_be_said_in_any_form_is_told_to_who_gave_the_command(bot, discord):
    delivery = await commanded(discord)
    discord.refuse_next("PATCH .*/@original", 400, 50035, times=2)
    with pytest.raises(Undeliverable):
        await bot.deliver(delivery, Text("Hi"), LAST)
    (post,) = discord.posts()
    assert (post.text, post.private_to) == ("Discord does not take this answer.", "ada")
    assert not thinking(discord)


async def test_a_later_piece_that_is_refused_ends_the_answer_honestly(bot, discord, question):
    await bot.deliver(question, Text(LONG[:1900]), STOP)
    discord.refuse_next("POST .*/messages", 400, 200000)
    await bot.deliver(question, Text(LONG), LAST)
    (post,) = discord.posts()
    assert post.text.endswith(
        "\n-# The answer ends here. A rule of AutoMod on this server blocks the answer."
    )
    assert len(post.text) <= 2000
    assert post.buttons == ("Regenerate",)


# Interactions that end


async def test_a_token_that_ends_while_the_answer_grows_ends_nothing(bot, discord):
    delivery = await commanded(discord)
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(delivery, screen=screen))
    screen.show(Delta("Once"))
    await discord.until(discord.posts)
    discord.advance(901)
    screen.show(Delta(f" upon {LONG}"))
    screen.show(LAST)
    screen.finish()
    await answering
    posts = discord.posts()
    assert posts[0].text.startswith("Once upon")
    assert "".join(texts(discord)).split()[2:] == LONG.split()
    assert posts[-1].buttons == ("Regenerate",)


async def test_a_private_answer_goes_on_in_direct_messages_when_its_token_has_ended(bot, discord):
    delivery = await commanded(discord, private=True)
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(delivery, screen=screen))
    screen.show(Delta("Once"))
    await discord.until(discord.posts)
    discord.advance(901)
    screen.show(Delta(" upon a time"))
    screen.finish()
    await answering
    posts = discord.posts()
    assert [post.text for post in posts] == ["Once", "Once upon a time"]
    assert {post.private_to for post in posts} == {"ada"}


async def test_where_parley_is_no_member_it_says_that_five_messages_are_all(bot, discord):
    delivery = await commanded(discord, outside=True)
    await bot.deliver(delivery, Text(LONG * 2), LAST)
    posts = discord.posts()
    assert len(posts) == 6  # the response and five follow-ups
    assert posts[-1].text.endswith("a member, Discord lets it write five messages.")
    assert posts[-1].buttons == ("Regenerate",)
    assert discord.requests["POST /channels/*/messages"] == 0


async def test_where_the_channel_turns_out_to_be_closed_the_interaction_goes_on(bot, discord):
    delivery = await commanded(discord)
    discord.store.rights.deny(discord.store.general, "send_messages")
    await bot.deliver(delivery, Text(LONG), LAST)
    assert "".join(texts(discord)).split() == LONG.split()
    assert discord.posts()[-1].buttons == ("Regenerate",)


async def test_what_was_posted_before_the_channel_closed_is_still_edited(bot, discord):
    delivery = await commanded(discord)
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(delivery, screen=screen))
    screen.show(Text(LONG[:3000]))
    await discord.until(lambda: len(discord.posts()) == 2)
    discord.store.rights.deny(discord.store.general, "send_messages")
    screen.show(Text(LONG[:5000]))
    await discord.until(lambda: len(discord.posts()) == 3)
    screen.show(Text(f"Really. {LONG[:5000]}"))
    screen.finish()
    await answering
    assert "".join(texts(discord)) == f"Really. {LONG[:5000]}"


async def test_a_lost_follow_up_is_not_looked_for_where_parley_may_not_look(
    bot, discord, restarted
):
    delivery = await commanded(discord, outside=True, log=Log())
    await bot.deliver(delivery, Text(LONG[:1900]), STOP)
    delivery.log.known["1"] = None
    other = restarted()
    await other.deliver(delivery, Text(LONG[:3000]), LAST)
    await other.adapter.close()
    assert len(discord.posts()) == 2


async def test_two_notices_of_a_private_command_are_both_told(bot, discord):
    delivery = await commanded(discord, private=True)
    await bot.deliver(delivery, Notice("One."), Notice("Two.", key="two"))
    assert sorted(texts(discord)) == ["One.", "Two."]


async def test_a_notice_of_nothing_is_none(bot, discord, question):
    await bot.deliver(question, Text("Hi"), Notice(" \0"))
    assert texts(discord) == ["Hi"]
