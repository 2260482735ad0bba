"""The small button under an answer, on every platform."""

import time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.storage.weekly import Weekly
from tests.contract.test_adapters import private
from tests.reports.desk import book

UTC = ZoneInfo("UTC")


async def test_a_receipt_is_for_the_eyes_of_who_asks_for_it_and_the_answer_stays(house, world):
    await world.mention("hello")
    (answer,) = await house.answered()
    assert "Receipt" in answer.buttons
    await world.press("Receipt", post=answer.id)
    post = await house.shows("chat by")
    await house.settled()
    assert private(post)
    assert "gpt-4o-mini" in post.text
    assert answer in world.posts()


async def test_it_is_there_after_a_restart(house, world):
    await world.mention("hello")
    (answer,) = await house.answered()
    await house.restart()
    await world.press("Receipt", post=answer.id)
    await house.shows("chat by")


async def test_the_bare_name_of_the_group_means_my_own_usage(house, world):
    await world.mention("/usage")
    assert private(await house.shows("**Today**: nothing used."))


async def test_the_usage_of_all_is_for_admins(house, world):
    await world.slash("usage team")
    await house.shows("is for admins")
    await house.settled()


async def test_a_channel_is_called_by_its_name_and_one_that_is_not_seen_by_none(house, world):
    await world.mention("hello")
    await house.answered()
    place = house.heard[0].place
    assert await world.adapter.called(place) in {"#general", "#c1", "ada"}  # the page's is her own
    if place.platform != "page":
        assert await world.adapter.called(replace(place, channel="404")) == ""


async def test_the_weekly_report_comes_to_its_channel_once_with_chart_and_table(house, world):
    await world.mention("hello")
    await house.answered()
    place = house.heard[0].place
    place = place if place.platform == "page" else replace(place, thread="")
    for days in range(14):
        at = time.time() - days * 86_400
        facts = {"workspace": place.payer, "author": house.heard[0].author.id, "zone": UTC}
        await house.storage.database.write(lambda db, at=at, facts=facts: book(db, at, **facts))
    await house.services.weekly.put(Weekly(place, 0, 0, 0.0))
    (chore,) = (c for c in house.services.chores if c.name == "weekly report")
    for _ in range(2):
        await chore.work()
    post = await house.shows("Usage, ")
    await house.settled()
    assert "in 7 calls" in post.text
    posts = [post for post in world.posts() if post.images or post.files]
    assert sum(len(post.images) for post in posts) == 1
    assert [file for post in posts for file in post.files if file.endswith(".csv")]
    assert sum("Usage, " in post.text for post in world.posts()) == 1
