"""A case decided on the admin pages, with all of Parley behind them and a platform before."""

import dataclasses
import re
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bot.admin.mount import mount
from bot.http.server import Server
from bot.moderating.acting import QUEUE
from tests.contract.test_moderation import watched


async def healthy():
    return {"database": "ok"}


@asynccontextmanager
async def admin_pages(house):
    """Somebody who has logged in there."""
    services = house.services
    settings = services.settings.model_copy(update={"admin_password": SecretStr("sesame")})
    services = dataclasses.replace(services, settings=settings)
    server = Server("127.0.0.1", 0, healthy)
    mount(server.app, services, house.storage, house.dispatcher.accept, healthy)
    await server.start()
    jar, headers = aiohttp.CookieJar(unsafe=True), {"Origin": server.address}
    try:
        async with aiohttp.ClientSession(
            server.address, cookie_jar=jar, headers=headers
        ) as browser:
            await browser.post("/admin/login", data={"password": "sesame"})
            yield browser
    finally:
        await server.stop()


async def flagged(house):
    """A message that somebody wrote, before the moderators."""
    place = await watched(house)
    encoded = msgspec.json.encode(replace(place, thread="")).decode()
    await house.services.preferences.put(place.payer, QUEUE, encoded)
    said = await house.world.say("hurt him", by="bob")
    await house.shows("hurt him")
    await house.settled()
    return said


@pytest.fixture
def house(house):
    if house.world.adapter.name == "page":
        pytest.skip("what is said there is one person's, or in a channel that tests/page has")
    return house


async def test_the_moderators_message_tells_what_was_decided_and_nothing_is_said_twice(
    house, world
):
    await flagged(house)
    number = len(world.posts())
    async with admin_pages(house) as browser:
        async with browser.get("/admin/moderation") as response:
            html = await response.text()
        (case,) = re.findall(r'name="case" value="([^"]+)"', html)
        assert "hurt him" not in html
        form = {"case": case, "decision": "approve_case"}
        async with browser.post("/admin/moderation/decide", data=form) as response:
            assert response.url.query["said"] == "done"
            assert "Nothing waits for a decision." in await response.text()
    await world.until(lambda: any(post.card == "Approved by Owner" for post in world.posts()))
    await house.settled()
    assert len(world.posts()) == number
    assert not any(post.card == "Flagged: violence" for post in world.posts())


async def test_what_is_removed_there_is_removed_or_the_moderators_read_why_not(house, world):
    await flagged(house)
    async with admin_pages(house) as browser:
        async with browser.get("/admin/moderation") as response:
            (case,) = re.findall(r'name="case" value="([^"]+)"', await response.text())
        form = {"case": case, "decision": "remove_case"}
        await browser.post("/admin/moderation/decide", data=form)
    await world.until(lambda: any(post.card == "Removed by Owner" for post in world.posts()))
    await house.settled()
    review = await house.storage.cases.get(case)
    assert (review.review.decision, review.review.author) == ("removed", "page:owner")
