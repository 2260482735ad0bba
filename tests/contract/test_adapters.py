"""What every platform must do, with all of Parley behind it: the real storage, dispatch, handlers
and adapter, between a fake platform and a fake OpenAI.
"""

import asyncio
import re
import time

import pytest

from bot.dispatch import dispatcher
from tests.contract.page import PageWorld
from tests.contract.show import OGG, PNG, TABLE
from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import picture


def private(post):
    return post.private_to == "ada"


# Who is answered, and where


async def test_a_mention_is_answered_in_its_own_thread_and_nowhere_else(house, world):
    root = await world.mention("hello")
    (post,) = await house.answered()
    assert (post.thread, post.text, post.private_to) == (root, "You said: hello", "")


async def test_a_direct_message_is_answered(house, world):
    await world.direct("hello")
    (post,) = await house.answered()
    assert post.text == "You said: hello"


async def test_a_reply_in_the_thread_needs_no_mention_and_the_thread_remembers(house, world):
    root = await world.mention("my name is Ada")
    await house.answered()
    await world.say("what is my name?", thread=root)
    posts = await house.answered(2, thread=root)
    assert [post.text for post in posts] == ["You said: my name is Ada",
                                             "You said: what is my name?"]  # fmt: skip
    said = [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]
    assert said == ["my name is Ada", "You said: my name is Ada", "what is my name?"]


async def test_what_is_said_to_nobody_is_not_answered(house, world):
    await world.say("lunch?")
    await world.mention("hello")
    posts = await house.answered()
    assert [post.text for post in posts] == ["You said: hello"]
    assert len(house.openai.calls) == 1


async def test_two_people_in_one_thread_are_answered_in_order(house, world):
    root = await world.mention("first", by="ada")
    await house.answered()
    await world.say("second", thread=root, by="bob")
    await world.until(lambda: any(getattr(e, "text", "") == "second" for e in house.heard))
    await world.say("third", thread=root, by="ada")
    posts = await house.answered(3, thread=root)
    assert [post.text.split()[-1] for post in posts] == ["first", "second", "third"]


async def test_fifty_mentions_at_once_are_answered_each_in_its_thread(house, world):
    numbers = range(50)
    roots = await asyncio.gather(*(world.mention(f"number {n}") for n in numbers))
    await house.answered(50)
    heard = {post.thread: post.text for post in world.posts()}
    assert heard == {root: f"You said: number {n}" for root, n in zip(roots, numbers, strict=True)}
    assert len(world.posts()) == 50


# Commands


async def test_a_slash_command_is_answered_privately_where_it_is_private(house, world):
    await world.slash("usage me")
    post = await house.shows("**Today**: nothing used.")
    assert private(post)
    assert not house.openai.calls


async def test_a_command_typed_in_a_thread_is_the_same_command(house, world):
    root = await world.mention("hello")
    await house.answered()
    await world.mention("/usage me", thread=root)
    post = await house.shows("**Today**")
    assert private(post)
    assert "1 call" in post.text


async def test_the_help_lists_the_commands(house, world):
    await world.slash("help")
    post = await house.shows("`/usage me`")
    assert private(post)


async def test_an_unknown_command_is_told_the_nearest(house, world):
    await world.mention("/usgae me")
    await house.shows("There is no command `/usgae`. Did you mean `/usage me`?")
    await house.settled()
    assert len(world.posts()) == 1


async def test_a_wrong_value_of_a_command_is_told_what_is_allowed(house, world):
    await world.slash("voice", "mode:loud")
    await world.mention("/voice mode:loud")
    await house.shows("`mode` is one of on, off; you gave “loud”.")


# Once


async def test_a_redelivered_event_is_answered_once(house, world):
    await world.mention("hello")
    await world.redeliver()
    await house.answered()
    await world.redeliver()
    await world.mention("bye")
    posts = await house.answered(2)
    assert sorted(post.text for post in posts) == ["You said: bye", "You said: hello"]
    assert len(house.openai.calls) == 2


async def test_what_comes_while_the_connection_is_lost_is_answered_once_after_it(house, world):
    await world.mention("before")
    await house.answered()
    await world.drop()
    await world.mention("during")
    posts = await house.answered(2)
    assert [post.text for post in posts] == ["You said: before", "You said: during"]


async def test_an_answer_goes_on_while_the_connection_is_lost(house, world):
    house.openai.faults.append(Fault(stall_after=2))
    await world.mention("one two three")
    await house.shows("You said:")
    await world.drop()
    house.openai.release()
    (post,) = await house.answered()
    assert post.text == "You said: one two three"


async def test_a_post_whose_answer_was_lost_appears_once(house, world):
    world.lose_next_answer()
    await world.mention("hello")
    (post,) = await house.answered()
    assert post.text == "You said: hello"


async def test_a_limit_is_waited_out_and_the_last_state_stands(house, world):
    house.openai.faults.append(Fault(stall_after=2))
    world.limit_next()
    await world.mention("one two three")
    await house.shows("You said:")
    world.limit_next()
    house.openai.release()
    (post,) = await house.answered()
    assert post.text == "You said: one two three"


async def test_what_could_not_be_written_down_is_answered_once_it_can(house, world):
    house.refusing = True
    await world.mention("hello")
    await asyncio.wait_for(house.refused.wait(), 5)
    house.refusing = False
    await world.redeliver_unacknowledged()
    (post,) = await house.answered()
    assert post.text == "You said: hello"


# The answer


async def test_a_streamed_answer_is_in_the_end_what_the_model_wrote(house, world):
    answer = "# Title\n\nSome **bold** _text_, `code` & <b>\n\n- one\n\n```py\nx = 1 < 2\n```"
    house.openai.answers.append(answer)
    house.openai.interval = 0.005
    await world.mention("hello")
    (post,) = await house.answered()
    assert post.text == answer


async def test_a_long_answer_arrives_whole_and_in_order(house, world):
    house.openai.answers.append(long_answer())
    root = await world.mention("hello")
    posts = await house.answered(thread=root)
    text = "\n".join(post.text for post in posts)
    assert re.findall(r"word\d+", text) == re.findall(r"word\d+", long_answer())
    assert all(post.text.count("```") % 2 == 0 for post in posts)
    assert [bool(post.buttons) for post in posts] == [False] * (len(posts) - 1) + [True]


async def test_an_answer_grows_no_faster_than_the_platform_likes(house, world):
    house.openai.interval = 0.01
    began, before = time.monotonic(), world.calls()
    await world.mention(" ".join(["word"] * 60))
    (post,) = await house.answered()
    writes, lasted = world.calls() - before, time.monotonic() - began
    assert post.text.endswith("word")
    assert 3 <= writes <= lasted / world.interval + 2


async def test_what_a_model_writes_mentions_nobody(house, world):
    names = "<!channel> <!here> @everyone @here <@UADA> <@U1|ada> <!subteam^S1> <@1234567890123456>"
    for ask in (world.mention, world.direct):
        house.openai.answers.append(names)
        house.openai.interval = 0.01
        await ask("whom?")
    posts = await house.answered(2)
    assert len(posts) == 2
    assert not world.called()


async def test_an_error_is_told_and_the_thread_goes_on(house, world):
    house.openai.faults.append(Fault(400, "invalid_value"))
    root = await world.mention("hello")
    await world.until(lambda: house.posts(root))
    await house.settled()
    (told,) = house.posts(root)
    assert "You said" not in told.text
    await world.say("again", thread=root)
    posts = await house.answered(thread=root)
    assert posts[-1].text == "You said: again"


async def test_a_stalled_conversation_holds_up_no_other(house, world):
    world.stall(by="ada")
    await world.direct("hello", by="ada")
    await house.openai.called(1)
    root = await world.mention("hello", by="bob")
    await world.until(lambda: house.answers(root))
    assert not [post for post in world.posts() if post.text and post.thread != root]
    world.release()
    await house.answered(2)


# Buttons


async def stalled(house, after=3):
    """An answer under way: what people read, with its Stop button."""
    house.openai.faults.append(Fault(stall_after=after))
    await house.world.mention("one two three four five")
    await house.world.until(lambda: any("Stop" in post.buttons for post in house.world.posts()))
    return await house.shows("You said: one")


async def test_stop_ends_the_answer_and_its_button_goes_away(house, world):
    post = await stalled(house)
    assert post.buttons == ("Stop",)
    await world.press("Stop", post=post.id)
    (stopped,) = await house.answered()
    assert stopped.id == post.id
    assert stopped.text == "You said: one\n\n_Stopped._"
    assert stopped.buttons[:2] == ("Regenerate", "Continue")
    await house.openai.idle()


async def test_regenerate_answers_anew_in_the_same_post(house, world):
    house.openai.answers += ["The first.", "The second.", "The third."]
    root = await world.mention("hello")
    (first,) = await house.answered()
    await world.press("Regenerate", post=first.id)
    await house.shows("The second.")
    (second,) = await house.answered(thread=root)
    assert (second.id, second.text) == (first.id, "The second.")
    await world.press("Regenerate", post=second.id)
    await house.shows("The third.")
    assert [call.body["messages"][1:] for call in house.openai.calls] == [
        [{"role": "user", "content": "hello"}]
    ] * 3


async def test_a_shorter_second_answer_leaves_no_piece_of_the_first(house, world):
    house.openai.answers += [long_answer(), "Short."]
    await world.mention("hello")
    posts = await house.answered()
    await world.press("Regenerate", post=posts[-1].id)
    await house.shows("Short.")
    (post,) = await house.answered()
    assert (post.id, post.text) == (posts[0].id, "Short.")


async def test_continue_goes_on_in_the_same_post(house, world):
    house.openai.answers += ["One two", " three four."]
    house.openai.finish_reason = "length"
    await world.mention("count")
    (first,) = await house.answered()
    assert first.buttons[:2] == ("Regenerate", "Continue")
    house.openai.finish_reason = "stop"
    await world.press("Continue", post=first.id)
    await house.shows("three four.")
    (second,) = await house.answered()
    assert (second.id, second.text) == (first.id, "One two three four.")
    assert "Continue" not in second.buttons


async def test_a_button_pressed_twice_acts_once(house, world):
    await world.mention("hello")
    (post,) = await house.answered()
    await world.press("Regenerate", post=post.id)
    await world.redeliver()
    await house.openai.called(2)
    await house.answered()
    assert len(house.openai.calls) == 2


# Restarts


async def test_buttons_work_after_a_restart(house, world):
    house.openai.answers += ["The first.", "The second."]
    await world.mention("hello")
    (first,) = await house.answered()
    await house.restart()
    await world.press("Regenerate", post=first.id)
    await house.shows("The second.")
    (second,) = await house.answered()
    assert second.id == first.id


async def test_a_thread_remembers_after_a_restart(house, world):
    root = await world.mention("my name is Ada")
    await house.answered()
    await house.restart()
    await world.say("what is my name?", thread=root)
    await house.answered(2, thread=root)
    said = [message["content"] for message in house.openai.calls[-1].body["messages"]]
    assert "my name is Ada" in said


async def test_a_restart_halfway_through_an_answer_goes_on_in_the_same_post(house, world):
    post = await stalled(house)
    await house.noted()  # it may stand there before Parley knows that it does
    await house.restart()
    (kept,) = await house.answered()
    assert kept.id == post.id
    assert kept.text.startswith("You said: one")
    assert "restarted" in kept.text
    assert kept.buttons[:2] == ("Regenerate", "Continue")
    house.openai.answers.append(" two three.")
    await world.press("Continue", post=post.id)
    await house.shows("two three.")
    (whole,) = await house.answered()
    assert (whole.id, whole.text) == (post.id, "You said: one two three.")


async def test_a_restart_before_anything_is_shown_answers_once(house, world):
    house.openai.faults.append(Fault(hang=True))
    await world.mention("hello")
    await house.openai.called(1)
    await house.restart()
    (post,) = await house.answered()
    assert post.text == "You said: hello"


async def test_a_restart_while_a_post_was_lost_makes_no_second_one(house, world):
    house.openai.faults.append(Fault(stall_after=3))
    world.lose_next_answer()
    await world.mention("one two three four five")
    await world.until(world.posts)
    await house.restart()
    (post,) = await house.answered()
    assert post.text.startswith("You")


async def test_an_answer_under_way_when_parley_leaves_says_so(house, world, monkeypatch):
    monkeypatch.setattr(dispatcher, "DRAIN", 0.05)
    post = await stalled(house)
    await house.leave()
    (left,) = house.posts()
    assert left.id == post.id
    assert "restarted" in left.text
    assert left.buttons[:2] == ("Regenerate", "Continue")
    await house.start()
    house.openai.answers.append(" two three.")
    await world.press("Continue", post=post.id)
    await house.shows("two three.")
    (whole,) = await house.answered()
    assert (whole.id, whole.text) == (post.id, "You said: one two three.")


async def test_what_is_said_while_parley_is_away_is_answered_once_when_it_is_back(house, world):
    await world.mention("before")
    await house.answered()
    await house.crash()
    if isinstance(world, PageWorld):
        await house.start()
        pytest.skip("nothing can be said to a page that is away")
    await world.mention("during")
    await house.start()
    posts = await house.answered(2)
    assert [post.text for post in posts] == ["You said: before", "You said: during"]


def long_answer():
    """More than 10,000 characters: prose, and a fence that no platform can keep in one piece."""
    words = (f"word{n}" for n in range(1_200))
    prose = " ".join(next(words) for _ in range(500))
    code = "\n".join(f"print('{next(words)}')" for _ in range(300))
    return f"{prose}\n\n```python\n{code}\n```\n\n{' '.join(words)}"


# What is shown beside text


async def test_a_card_and_a_picture_are_shown_with_words_for_those_who_cannot_see(house, world):
    root = await world.mention("/draw a fox")
    await world.until(lambda: any(post.images for post in world.posts()))
    await house.settled()
    posts = house.posts(root)
    assert posts == world.posts()
    assert [post.card for post in posts if post.card] == ["a fox"]
    assert [post.images for post in posts if post.images] == [("A drawing: a fox",)]
    assert world.content("fox.png") == PNG


async def test_a_file_comes_beside_its_words(house, world):
    root = await world.mention("/export")
    await world.until(lambda: any(post.files for post in world.posts()))
    await house.settled()
    assert [post.files for post in house.posts(root) if post.files] == [("table.csv",)]
    assert any("Here it is." in post.text for post in house.posts(root))
    assert world.content("table.csv") == TABLE


async def test_a_private_file_is_for_the_asker_alone(house, world):
    await world.mention("/secret")
    await world.until(lambda: any(post.files for post in world.posts()))
    await house.settled()
    assert all(post.private_to == "ada" for post in world.posts())
    assert world.content("secret.csv") == TABLE


async def test_something_to_listen_to_can_be_played(house, world):
    root = await world.mention("/hum")
    await world.until(lambda: any(post.files for post in world.posts()))
    await house.settled()
    assert [post.files for post in house.posts(root)] == [("speech.ogg",)]
    assert world.content("speech.ogg") == OGG


async def test_what_people_think_of_an_answer_is_kept(house, world):
    await world.mention("hello")
    (post,) = await house.answered()
    await world.press("👍", post=post.id)
    await house.shows("Thank you, noted.")
    query = "SELECT delivery, good FROM feedback"
    ((delivery, good),) = await house.storage.database.read(lambda db: db.execute(query).fetchall())
    question, _ = await house.storage.memory.of(delivery)
    assert (question.text, good) == ("hello", 1)


# What comes in beside text


async def test_a_text_file_is_part_of_the_question(house, world):
    await world.share("who is it?", Upload("people.csv", TABLE, "text/csv"))
    await house.answered()
    (question,) = [m["content"] for m in house.openai.calls[-1].body["messages"][1:]]
    assert "Ada,1815" in question
    assert question.endswith("who is it?")


async def test_a_file_that_is_not_read_is_told_and_the_words_are_answered(house, world):
    await world.share("what is it?", Upload("fox.bin", b"\0\1", "application/octet-stream"))
    await house.answered()
    await house.shows("“fox.bin” is nothing that Parley can read")


async def test_a_picture_is_looked_at(house, world):
    await world.share("what is it?", Upload("fox.png", picture("fox"), "image/png"))
    await house.answered()
    _, seen = house.openai.calls[-1].body["messages"][-1]["content"]
    assert seen["image_url"]["url"].startswith("data:image/webp;base64,")


async def test_a_typed_command_takes_the_file_that_came_with_it(house, world):
    await world.share("/measure", Upload("people.csv", TABLE, "text/csv"))
    await house.shows(f"people.csv: {len(TABLE)} bytes")


# Second thoughts


async def test_an_edited_question_is_answered_anew_in_the_same_post(house, world):
    root = await world.mention("helo")
    (before,) = await house.answered()
    await world.edit(root, "hello")
    after = await house.shows("You said: hello")
    await house.settled()
    assert after.id == before.id
    assert len(house.posts(root)) == 1
    await world.say("and now?", thread=root)
    await house.answered(2)
    said = [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]
    assert said == ["hello", "You said: hello", "and now?"]


async def test_a_deleted_question_takes_its_answer_along_and_is_forgotten(house, world):
    root = await world.mention("hello")
    await house.answered()
    slip = await world.say("a slip of the tongue", thread=root)
    await house.answered(2)
    await world.delete(slip)
    await world.until(lambda: len(house.posts(root)) == 1)
    await house.settled()
    await world.say("and now?", thread=root)
    await house.answered(2)
    said = [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]
    assert said == ["hello", "You said: hello", "and now?"]


async def test_a_deletion_cancels_the_answer_under_way(house, world):
    house.openai.faults.append(Fault(stall_after=3))
    root = await world.mention("a long secret to tell")
    await world.until(lambda: house.posts(root))
    await world.delete(root)
    await world.until(lambda: not house.posts(root))
    await house.settled()


# Forms and shortcuts


async def test_a_command_without_its_required_options_opens_a_form(house, world):
    await world.slash("draw")
    await world.until(world.form)
    assert set(world.form()) == {"prompt", "size", "number"}
    await world.fill(prompt="a fox", size="large", number="2")
    await world.until(lambda: any(post.images for post in world.posts()))
    await house.settled()
    assert [post.card for post in world.posts() if post.card] == ["a fox"]


async def test_a_form_takes_a_file(house, world):
    await world.slash("measure")
    await world.until(world.form)
    await world.fill(file=Upload("people.csv", TABLE, "text/csv"))
    await house.shows(f"people.csv: {len(TABLE)} bytes")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_button_that_needs_more_opens_a_form_and_is_answered_in_its_message(
    house, world, restarted
):
    await world.mention("/draw a fox")
    await world.until(lambda: any("Retouch" in post.buttons for post in world.posts()))
    await house.settled()
    (drawn,) = (post for post in world.posts() if "Retouch" in post.buttons)
    await world.press("Retouch", post=drawn.id)
    await world.until(world.form)
    assert set(world.form()) == {"words", "mask"}
    if restarted:
        await house.restart()
    await world.fill(words="with a hat", mask=Upload("mask.png", PNG, "image/png"))
    await world.until(lambda: any(post.card == "with a hat" for post in world.posts()))
    await house.settled()
    assert [(p.id, p.thread) for p in world.posts() if p.card] == [(drawn.id, drawn.thread)]


async def test_a_question_about_a_message_is_asked_from_its_own_menu(house, world):
    root = await world.say("The meeting is at ten.")
    await world.shortcut("Ask Parley", on=root, by="bob")
    await world.until(world.form)
    assert world.form() == ("question",)
    await world.fill(question="When is it?", by="bob")
    posts = await house.answered()
    asked = house.openai.calls[-1].body["messages"][-1]["content"]
    assert asked.startswith("The meeting is at ten.")
    assert asked.endswith("When is it?")
    assert [post.thread for post in posts] == [root]


async def test_a_command_that_needs_nothing_more_is_done_at_once_from_a_messages_menu(house, world):
    note = Upload("note.ogg", OGG, "audio/ogg", seconds=2)
    root = await world.share("listen to this", note)
    await house.shows("no sound")  # it is none that can be listened to
    await world.shortcut("Listen", on=root)
    await house.shows("note.ogg 2")


async def test_a_command_of_a_group_is_one_command(house, world):
    await world.mention("/zoo show fox")
    await house.shows("A fox.")
    await world.slash("zoo show", "hare")
    await house.shows("A hare.")


# Called into a thread


async def test_called_into_a_thread_parley_reads_what_was_said_before(house, world):
    root = await world.say("The fox is red.", by="bob")
    await world.say("No, it is white.", thread=root, by="ada")
    await world.mention("Who is right?", thread=root, by="bob")
    await house.answered()
    said = [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]
    assert [text.partition(": ")[2] for text in said[:2]] == ["The fox is red.", "No, it is white."]
    assert said[2:] == ["Who is right?"]
