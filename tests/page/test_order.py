"""Who may read what on the page, and what Parley does about posts and about who wrote them."""

import time

import pytest

from bot.errors import Refused
from bot.events import Author, Deleted, Place
from tests.page.house import House

GENERAL = "#general"
ADA, GRACE = Author("page:ada"), Author("page:grace")


def at(said, home=GENERAL):
    return Place("page", "local", home, said)


async def test_channels_are_for_all_and_what_is_one_s_own_for_nobody_else():
    async with House() as house:
        assert await house.page.order.may_read(ADA, at("x"))
        assert await house.page.order.may_read(ADA, at("x", "ada"))
        assert not await house.page.order.may_read(GRACE, at("x", "ada"))
        assert not await house.page.order.may_read(Author("slack:T1:UADA"), at("x"))


async def test_a_link_is_the_address_of_the_thread_or_of_one_message_in_it():
    async with House() as house:
        assert await house.page.order.link(at("root"), "root") == "/#/general/root"
        assert await house.page.order.link(at("root"), "reply") == "/#/general/root/reply"
        assert await house.page.order.link(at("root", "ada"), "reply") == "/#root/reply"


async def test_a_message_gets_an_emoji_once_that_all_see_and_that_stays():
    async with House() as house:
        ada, grace = await house.client(), await house.client("grace")
        said = await ada.say("hello", channel=GENERAL)
        await grace.open(said, GENERAL)
        for _ in range(2):
            await house.page.order.react(at(said), said, "🚩")
        await grace.until(lambda: grace.posts[said]["reactions"] == ["🚩"])
        await grace.open(said, GENERAL)
        assert grace.posts[said]["reactions"] == ["🚩"]
    async with House(house.state) as house:
        ada = await house.client()
        await ada.open(said, GENERAL)
        assert ada.posts[said]["reactions"] == ["🚩"]
        with pytest.raises(Refused, match="gone"):
            await house.page.order.react(at(said), "nothing1", "🚩")


async def test_what_is_removed_is_gone_for_all_and_parley_hears_of_it():
    async with House() as house:
        ada, grace = await house.client(), await house.client("grace")
        said = await ada.say("rude", channel=GENERAL)
        await grace.open(said, GENERAL)
        for _ in range(2):
            await house.page.order.remove(at(said), said)
        await grace.until(lambda: said not in grace.posts)
        event = list(house.parley.events.values())[-1]
        assert isinstance(event, Deleted)
        assert (event.message, event.author.id) == (f"page:{said}", "page:ada")


async def test_of_what_others_have_answered_a_sign_stays():
    async with House() as house:
        ada, grace = await house.client(), await house.client("grace")
        said = await ada.say("rude", channel=GENERAL)
        await grace.say("hey!", said, channel=GENERAL)
        await house.page.order.remove(at(said), said)
        await grace.open(said, GENERAL)
        assert grace.posts[said]["gone"]
        assert grace.posts[said]["text"] == ""


async def test_who_is_timed_out_says_nothing_in_channels_until_then_also_after_a_restart(
    monkeypatch,
):
    async with House() as house:
        await house.page.order.time_out(at("x"), ADA, 600)
    async with House(house.state) as house:
        ada, grace = await house.client(), await house.client("grace")
        said = await ada.say("hello?", channel=GENERAL)
        assert ada.refusal(said) == (
            "A moderator has you pause. You can write in channels again in 10 min."
        )
        used = await ada.act("use", command="help", channel=GENERAL)
        assert "pause" in ada.refusal(used)
        assert not ada.refusal(await ada.say("hello"))  # to Parley alone
        assert not grace.refusal(await grace.say("hello", channel=GENERAL))
        now = time.time() + 601
        monkeypatch.setattr(time, "time", lambda: now)
        assert not ada.refusal(await ada.say("sorry", channel=GENERAL))


async def test_there_are_no_time_outs_where_one_is_alone_with_parley():
    async with House() as house:
        with pytest.raises(Refused, match="no time-outs"):
            await house.page.order.time_out(at("x", "ada"), ADA, 60)
        with pytest.raises(Refused, match="not on this page"):
            await house.page.order.time_out(at("x"), Author("slack:T1:U1"), 60)


async def test_the_admin_of_the_sandbox_and_nobody_else_comes_with_a_role():
    async with House() as house:
        for person in ("ada", "admin"):
            await (await house.client(person)).say("hello", channel=GENERAL)
        roles = [event.author.roles for event in house.parley.events.values()]
        assert roles == [(), ("page:admin",)]
