"""Messages of a watched channel: “hurt” scores 0.89 for violence, 0.78 for a threat."""

import io

import msgspec
import pytest
from PIL import Image

from bot.events import Attachment, Author
from tests.fakes.openai import Fault
from tests.moderating.house import ADA, MODS, house


async def test_nothing_is_judged_before_an_admin_wants_it(it):
    await it.say("hurt him")
    await it.settled()
    assert it.openai.judged == []
    assert it.platform.posts == {}


async def test_a_harmless_message_is_judged_and_nothing_is_posted(it):
    await it.watched()
    posts = len(it.platform.posts)
    message = await it.say("good morning")
    await it.settled()
    assert await it.judged() == [(message.id, "", "")]
    assert len(it.platform.posts) == posts
    assert it.openai.calls == []


async def test_a_flagged_one_is_put_before_the_moderators(it):
    await it.watched()
    message = await it.say("hurt @him at https://example.com `now`")
    await it.settled()
    assert await it.judged() == [(message.id, "violence", "tell")]
    (case,) = it.cases().values()
    assert case.title == "Flagged: violence"
    assert case.fields["violence"] == "0.89"
    assert case.fields["by"] == "Ada"
    assert f"https://chat.example.com/C1/{message.source}" in case.text
    assert "> hurt @\u200bhim at https:example.com now" in case.text
    assert case.buttons == ("Approve", "Remove", "Warn", "Time out", "Always allow this")


async def test_an_edit_is_judged_anew(it):
    await it.watched()
    message = await it.say("good morning")
    await it.settled()
    await it.edit(message, "hurt him")
    await it.settled()
    assert [category for _, category, _ in await it.judged()] == ["", "violence"]


async def test_what_is_said_to_parley_is_both_judged_and_answered(it):
    await it.watched()
    await it.say("hello", addressed=True)
    await it.settled()
    assert any(post.text == "You said: hello" for post in it.platform.posts.values())
    assert len(await it.judged()) == 1


async def test_watching_waits_for_no_answer(it):
    await it.watched()
    it.openai.faults.append(Fault(stall_after=1))
    await it.say("hello", addressed=True)
    await it.openai.called(1)
    await it.say("hurt him")
    await it.openai._until(lambda: len(it.openai.judged) >= 3)

    async def shown():
        return len(await it.judged()) == 2

    while not await shown():
        pass
    it.openai.release()
    await it.settled()


async def test_other_channels_and_direct_messages_are_left_alone(it):
    await it.watched()
    await it.say("hurt him", place=msgspec.structs.replace(MODS, channel="C2"))
    await it.settled()
    assert await it.judged() == []
    answer = await it.answer("moderation on", place=msgspec.structs.replace(MODS, channel="D1"))
    assert answer.notices == ["Direct messages are not watched; say this in a channel."]


async def test_switched_off_it_is_over(it):
    await it.watched()
    await it.command("moderation off")
    await it.say("hurt him")
    await it.settled()
    assert await it.judged() == []


@pytest.mark.parametrize(
    ("action", "done"),
    [
        ("log", []),
        ("tell", []),
        ("react", [("react", "⚠️")]),
        ("delete", [("remove",)]),
        ("timeout", [("time out", 600.0)]),
    ],
)
async def test_the_policy_says_what_is_done(it, action, done):
    await it.watched()
    await it.command("moderation policy", category="violence", threshold=0.5, action=action)
    await it.command("moderation policy", category="harassment/threatening", threshold=1,
                     action="log")  # fmt: skip
    await it.say("hurt him")
    await it.settled()
    assert [(verb, *more) for verb, _, *more in it.platform.done] == done
    assert bool(it.cases()) is (action != "log")


async def test_a_warning_is_for_its_author_alone(it):
    await it.watched()
    await it.command("moderation policy", category="violence", threshold=0.5, action="warn")
    await it.say("hurt him")
    await it.settled()
    (warning,) = [post for post in it.platform.posts.values() if post.private_to == ADA.id]
    assert "looks like violence" in warning.text


async def test_where_the_platform_does_not_let_it_the_moderators_are_told(it):
    it.platform.refuses.add("remove")
    await it.watched()
    await it.command("moderation policy", category="violence", threshold=0.5, action="delete")
    await it.say("hurt him")
    await it.settled()
    (case,) = it.cases().values()
    assert "lets a bot not remove" in case.text
    assert "https://chat.example.com/C1/" in case.text


async def test_the_hardest_of_all_actions_holds(it):
    await it.watched()
    await it.command("moderation policy", category="violence", threshold=0.5, action="react")
    await it.command("moderation policy", category="harassment/threatening", threshold=0.5,
                     action="delete")  # fmt: skip
    await it.say("hurt him")
    await it.settled()
    assert [verb for verb, *_ in it.platform.done] == ["remove"]


async def test_exempt_roles_are_not_judged(it):
    await it.watched()
    await it.command("moderation exempt", role="<!subteam^S9>")
    await it.say("hurt him", by=Author("slack:T1:EVE", "Eve", ("slack:T1:S9",)))
    await it.settled()
    assert await it.judged() == []
    await it.command("moderation exempt", role="S9", mode="remove")
    await it.say("hurt him", by=Author("slack:T1:EVE", "Eve", ("slack:T1:S9",)))
    await it.settled()
    assert len(await it.judged()) == 1


def picture():
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


async def test_pictures_are_judged(it):
    await it.watched()
    it.platform.files["f"] = picture()
    await it.say("", files=[Attachment("f", "fox.png", "image/png")])
    await it.settled()
    assert len(await it.judged()) == 1
    (asked,) = it.openai.judged
    assert asked.body["input"][0]["image_url"]["url"].startswith("data:image/webp;base64,")


async def test_a_picture_that_is_gone_or_none_stops_nothing(it):
    await it.watched()
    it.platform.files["g"] = b"no picture"
    files = [Attachment("f", "fox.png", "image/png"), Attachment("g", "g.png", "image/png")]
    await it.say("hurt him", files=files)
    await it.settled()
    assert len(it.cases()) == 1


async def test_no_word_of_it_is_kept(it):
    await it.watched()
    await it.say("hurt the xylophonist")
    await it.settled()
    dump = "\n".join(await it.storage.database.read(lambda db: list(db.iterdump())))
    assert "xylophonist" not in dump


async def test_while_the_provider_is_down_messages_wait_and_none_is_lost(it, monkeypatch):
    monkeypatch.setattr("bot.moderating.collector.PAUSES", (0.01,))
    await it.watched()
    it.openai.judging_faults.extend([Fault(403, "no_rights")] * 3)
    for n in range(5):
        await it.say(f"hurt him {n}")
    await it.settled()
    assert len(await it.judged()) == 5


async def test_a_text_that_the_provider_cannot_judge_holds_up_nobody(it):
    await it.watched()
    it.openai.judging_faults.append(Fault(400, "bad_input"))
    await it.say("strange")
    await it.settled()
    await it.say("hurt him")
    await it.settled()
    assert [category for _, category, _ in await it.judged()] == ["violence"]


async def test_a_crash_leaves_it_to_the_next_life(tmp_path):
    async with house(tmp_path) as first:
        await first.watched()
        first.openai.judging_faults.append(Fault(hang=True))
        await first.say("hurt him")
        await first.openai._until(lambda: first.openai.judged)
    async with house(tmp_path) as second:
        await second.dispatcher.take_over()
        await second.settled()
        assert [category for _, category, _ in await second.judged()] == ["violence"]
        assert len(second.cases()) == 1


async def test_old_scores_are_forgotten(it):
    await it.watched()
    await it.say("hurt him")
    await it.settled()
    (chore,) = [chore for chore in it.services.chores if chore.name == "moderation"]
    await chore.work()
    assert len(await it.judged()) == 1
    await it.storage.database.write(lambda db: db.execute("UPDATE judged SET at = 1").rowcount)
    await chore.work()
    assert await it.judged() == []


async def test_a_provider_without_the_endpoint_cannot_watch(tmp_path):
    async with house(tmp_path, mode="off") as it:
        answer = await it.answer("moderation on")
        assert "Nothing can be checked here" in answer.notices[0]
