"""Pictures on every platform, as people see them, press them and are refused them."""

import asyncio
import json

import pytest

from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import picture

LABELS = {"Again", "Vary", "Edit", "Shape", "Use in chat", "Delete", "Receipt"}


def cards(world):
    return [post.card for post in world.posts() if post.card]


def pictures(world):
    return [alt for post in world.posts() for alt in post.images]


async def painted(house, number=1):
    """The posts with buttons, once so many pictures are finished."""
    await house.world.until(lambda: len(_finished(house.world)) >= number)
    await house.settled()
    return _finished(house.world)


def _finished(world):
    return [post for post in world.posts() if set(post.buttons) >= LABELS]


async def test_a_picture_is_painted_in_one_answer_and_its_unfinished_ones_are_gone(house, world):
    root = await world.mention("/imagine a fox size:1536x1024")
    (post,) = await painted(house)
    assert cards(world) == ["Painted"]
    assert pictures(world) == ["a fox"]
    assert world.content("a-fox.png") == picture("a fox")
    assert {post.thread for post in world.posts()} == {root}
    assert len(LABELS) == len(post.buttons)


async def test_a_form_asks_for_the_prompt_and_what_the_model_takes(house, world):
    await world.slash("imagine")
    await world.until(world.form)
    assert {"prompt", "model", "n", "size", "quality"} <= set(world.form())
    await world.fill(prompt="a fox", size="1024x1536")
    await painted(house)
    assert house.openai.calls[-1].body["size"] == "1024x1536"


async def offered(world, option, **chosen):
    """What is suggested for it in the form, or while the command is typed."""
    if world.adapter.name == "slack":
        envelope = await world.slack.type_in(option, "")
        await asyncio.wait_for(envelope.acknowledged.wait(), 10)
        return [found["value"] for found in envelope.answer["options"]]
    if world.adapter.name == "discord":
        token = await world.discord.type("imagine", option, "", **chosen)
        await world.until(lambda: "said" in world.discord.store.interactions[token])
        said = world.discord.store.interactions[token]["said"]
        return [found["value"] for found in said["choices"]]
    window = next(iter(world._windows.values()))
    asked = {"channel": "#general", "thread": "", "command": "imagine", "option": option}
    asked["chosen"] = json.dumps(chosen)
    url = f"{world._server.address}/suggestions/ada"
    async with window.http.get(url, params=asked) as answer:
        return [value for _, value in await answer.json()]


async def test_what_is_offered_comes_from_the_catalogue_by_the_model_that_is_chosen(house, world):
    await world.slash("imagine")
    await world.until(world.form)
    assert "gpt-image-2.5-flare" in await offered(world, "model")
    assert (await offered(world, "quality"))[:4] == ["auto", "low", "medium", "high"]
    of_flare = await offered(world, "quality", model="gpt-image-2.5-flare")
    assert "max" in of_flare
    if world.adapter.name != "slack":  # it does not tell what else is chosen
        assert "max" not in await offered(world, "quality", model="gpt-image-2")
        assert await offered(world, "fidelity", model="gpt-image-1-mini") == ["low"]


async def test_a_picture_that_a_command_asks_for_stands_in_the_channel_as_its_card(house, world):
    await world.slash("imagine", "a fox")
    (post,) = await painted(house)
    (picture,) = (post for post in world.posts() if post.images)
    assert picture.thread == post.thread
    await world.press("Again", post=post.id)
    await painted(house, 2)
    assert pictures(world) == ["a fox"] * 2


async def test_what_is_refused_while_it_is_painted_leaves_nothing_but_a_sentence(house, world):
    house.openai.faults.append(Fault(stall_after=1, error_after=1, code="moderation_blocked"))
    await world.mention("/imagine a fox")
    await world.until(lambda: pictures(world))
    house.openai.release()
    await house.shows("content rules")
    await house.settled()
    assert cards(world) == pictures(world) == []
    assert len(world.posts()) == 1


async def test_stop_leaves_nothing(house, world):
    house.openai.faults.append(Fault(stall_after=1))
    await world.mention("/imagine a fox")
    await world.until(lambda: pictures(world))
    (post,) = (post for post in world.posts() if "Stop" in post.buttons)
    await world.press("Stop", post=post.id)
    await house.settled()
    assert world.posts() == []


async def test_an_edit_is_asked_for_by_its_button_and_comes_below(house, world):
    await world.mention("/imagine a fox")
    (first,) = await painted(house)
    await world.press("Edit", post=first.id)
    await world.until(world.form)
    assert set(world.form()) == {"words", "mask", "picture"}
    await world.fill(words="with a hat", mask=Upload("mask.png", picture(""), "image/png"))
    posts = await painted(house, 2)
    assert [post.thread for post in posts] == [first.thread] * 2
    assert cards(world) == ["Painted", "Edited"]
    assert sorted(pictures(world)) == ["a fox", "with a hat"]
    sent = house.openai.calls[-1].files
    assert (sent[0].content, sent[1].field) == (picture("a fox"), "mask")


CAT = Upload("cat.png", picture("cat"), "image/png")


async def test_a_picture_that_came_with_the_command_is_edited(house, world):
    await world.share("/imagine a hat", CAT)
    await painted(house)
    assert cards(world) == ["Edited"]
    [call] = house.openai.calls
    assert (call.path, call.files[0].content) == ("/v1/images/edits", CAT.content)


async def test_the_form_takes_a_picture_and_a_mask(house, world):
    await world.slash("imagine")
    await world.until(world.form)
    if world.adapter.name == "discord":  # its forms have five fields; its commands take files
        return
    assert {"picture", "mask"} <= set(world.form())
    await world.fill(prompt="a hat", picture=CAT, mask=Upload("m.png", picture(""), "image/png"))
    await painted(house)
    assert [file.field for file in house.openai.calls[-1].files] == ["image", "mask"]


async def test_a_picture_that_somebody_posted_is_edited_by_its_messages_menu(house, world):
    said = await world.say("Look at this", CAT, by="bob")
    await house.settled()
    await world.shortcut("Edit picture", on=said)
    await world.until(world.form)
    await world.fill(words="with a hat")
    await painted(house)
    assert house.openai.calls[-1].files[0].content == CAT.content


async def test_again_leaves_the_first_as_it_is_and_works_after_a_restart(house, world):
    await world.mention("/imagine a fox")
    (first,) = await painted(house)
    await house.restart()
    await world.press("Again", post=first.id)
    posts = await painted(house, 2)
    assert posts[0] == first


async def test_a_picture_is_deleted_by_its_button(house, world):
    await world.mention("/imagine a fox")
    (post,) = await painted(house)
    await world.press("Delete", post=post.id)
    await world.until(lambda: not world.posts())
    await house.settled()


async def test_a_crash_while_painting_paints_it_once_in_the_same_post(house, world):
    house.openai.faults.append(Fault(stall_after=1))
    await world.mention("/imagine a fox")
    await world.until(lambda: pictures(world))
    await house.restart()
    await painted(house)
    assert cards(world) == ["Painted"]
    assert pictures(world) == ["a fox"]


HEAVY = " ".join(["a fox"] * 100)  # the picture of it is larger than its WebP


async def test_what_is_too_large_for_the_platform_is_posted_lighter_and_says_so(house, world):
    world.take_at_most(400)
    await world.mention(f"/imagine {HEAVY}")
    await painted(house)
    (name,) = (name for name in posted_names(world) if name)
    assert name.endswith(".webp")
    assert len(world.content(name)) <= 400
    await world.until(lambda: "a lighter WebP" in facts(world))


async def test_what_is_too_large_even_then_is_told(house, world):
    if world.adapter.name == "page":
        pytest.skip("its only limit is the disk")
    world.take_at_most(20)
    await world.mention("/imagine a fox")
    await painted(house)
    await world.until(lambda: any("larger than this workspace" in p.text or "too large" in p.text
                                  for p in world.posts()))  # fmt: skip
    assert pictures(world) == []


def posted_names(world):
    """Of pictures."""
    if world.adapter.name == "slack":
        return [file["name"] for file in world.slack.uploads.known.values() if file["posts"]]
    if world.adapter.name == "discord":
        channels = world.discord.store.messages.values()
        mine = (
            m for all_ in channels for m in all_.values() if m["author"] is world.discord.store.me
        )
        return [file["filename"] for message in mine for file in message["attachments"]]
    windows = world._windows.values()
    return [m["name"] for window in windows for post in window.answers for m in post["media"]]


def facts(world):
    """All that stands on cards, as the platform has it."""
    if world.adapter.name == "slack":
        return json.dumps(world.slack.api.messages, default=str)
    if world.adapter.name == "discord":
        channels = world.discord.store.messages.values()
        return str([m["embeds"] for all_ in channels for m in all_.values()])
    windows = world._windows.values()
    return str([post["cards"] for window in windows for post in window.answers])


async def test_somebody_else_paints_on_their_own_account_and_deletes_nothing(house, world):
    await world.mention("/imagine a fox")
    (post,) = await painted(house)
    await world.press("Delete", post=post.id, by="bob")
    await house.shows("Only who asked for a picture, or an admin, may delete it.")
    await house.settled()
    assert pictures(world) == ["a fox"]
    await world.press("Again", post=post.id, by="bob")
    await painted(house, 2)
    query = "SELECT author FROM calls WHERE capability = 'images'"
    rows = await house.storage.database.read(lambda db: db.execute(query).fetchall())
    assert len({author for (author,) in rows}) == len(rows) == 2


async def test_a_button_is_pressed_twice_at_once(house, world):
    """Two wishes are two pictures; deleted twice is deleted."""
    await world.mention("/imagine a fox")
    (post,) = await painted(house)
    await asyncio.gather(*(world.press("Again", post=post.id) for _ in range(2)))
    posts = await painted(house, 3)
    assert len({each.id for each in posts}) == 3
    await asyncio.gather(*(world.press("Delete", post=posts[2].id) for _ in range(2)))
    await world.until(lambda: len(_finished(world)) == 2)
    await house.settled()
    assert len(pictures(world)) == 2


async def test_what_is_asked_of_a_picture_that_was_deleted_meanwhile_is_told(house, world):
    await world.mention("/imagine a fox")
    (post,) = await painted(house)
    await world.press("Edit", post=post.id)
    await world.until(world.form)
    await world.press("Delete", post=post.id)
    await world.until(lambda: not pictures(world))
    await house.settled()
    before = len(house.openai.calls)
    await world.fill(words="with a hat")
    if world.adapter.name == "page":  # the form itself says so
        (window,) = world._windows.values()
        await world.until(lambda: "not there any more" in str(window.heard))
    else:
        await house.shows("no longer has this one")
    await house.settled()
    assert len(house.openai.calls) == before


async def test_every_button_works_after_a_restart(house, world):
    await world.mention("/imagine a fox")
    (post,) = await painted(house)
    await house.restart()
    house.openai.answers.append("a red fox at dawn")
    await world.press("Vary", post=post.id)
    await painted(house, 2)
    await house.restart()
    await world.press("Shape", post=post.id)
    await world.until(world.form)
    await house.restart()
    await world.fill(size="1536x1024")
    await painted(house, 3)
    await world.press("Use in chat", post=post.id)
    await house.shows("part of this thread now")
    await house.settled()
    await world.press("Delete", post=post.id)
    await world.until(lambda: len(_finished(world)) == 2)
    await house.settled()
    assert sorted(pictures(world)) == ["a fox", "a red fox at dawn"]


async def test_a_picture_that_was_deleted_before_it_was_read_is_told(house, world):
    said = await world.say("Look at this", CAT, by="bob")
    await world.until(lambda: world.stands(said))
    await house.settled()
    world.lose_files()
    await world.shortcut("Edit picture", on=said)
    await world.until(world.form)
    await world.fill(words="with a hat")
    await world.until(lambda: any("cat.png" in post.text for post in world.posts()))
    await house.settled()
    assert house.openai.calls == []


async def test_a_server_that_gives_addresses_is_asked_once_and_none_is_posted(house, world):
    await world.mention("/imagine a fox model:dall-e-3")
    await painted(house)
    assert len(house.openai.strangers) == 1
    assert "authorization" not in {name.lower() for name in house.openai.strangers[0]}
    assert world.content("a-fox.png") == picture("a fox")
    assert pictures(world) == ["A tranquil a fox"]
    assert "/pictures/" not in facts(world)
    assert not any("/pictures/" in post.text for post in world.posts())
