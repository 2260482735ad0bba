"""How long what was said is remembered, by channel and by setting."""

from msgspec.structs import replace

from bot.forgetting.retention import DAY, NAME, Retention
from tests.handlers.desk import PLACE, desk


async def pruned(desk, days):
    """As if so many days had gone by since the first second of 1970, when everything was said."""
    await Retention(desk.services, lambda: days * DAY).work()


async def texts(desk, place=PLACE):
    return [turn.text for turn in await desk.services.memory.recent(place, 99)]


async def test_without_a_setting_it_is_for_ever(tmp_path):
    async with desk(tmp_path) as here:
        await here.say("hello")
        await pruned(here, 99_999)
        assert await texts(here)


async def test_a_channel_forgets_what_is_older_and_others_do_not(tmp_path):
    async with desk(tmp_path) as here:
        elsewhere = replace(PLACE, channel="C2")
        await here.say("hello")
        await here.screen(here.asked("there", place=elsewhere))
        await here.services.preferences.put(PLACE.channel_key, NAME, "30")
        await pruned(here, 29)
        assert await texts(here)
        await pruned(here, 31)
        assert not await texts(here)
        assert await texts(here, elsewhere)


async def test_a_channel_may_keep_what_the_operator_would_forget(tmp_path):
    async with desk(tmp_path, retention_days=7) as here:
        elsewhere = replace(PLACE, channel="C2")
        await here.say("hello")
        await here.screen(here.asked("there", place=elsewhere))
        await here.services.preferences.put(PLACE.channel_key, NAME, "0")
        await pruned(here, 8)
        assert await texts(here)
        assert not await texts(here, elsewhere)
