"""Threads by what was said in them, by the rights of who asks."""

import msgspec
import pytest

from bot.parts import Text
from tests.page.house import House


async def look(client, words, person="ada"):
    async with client.http.get(
        f"{client.address}/search/{person}", params={"words": words}
    ) as response:
        assert response.status == 200
        return msgspec.json.decode(await response.read())


async def test_a_thread_is_found_by_words_of_several_posts_however_they_are_written():
    async with House() as house:
        ada = await house.client()
        said = await ada.say("Why are FOXES red?")
        await ada.say("And Zoë's wolves?", thread=said)
        await ada.say("Something else")
        await house.parley.settled()
        for words in ("foxes", "fox wolves", "  WOLVES  zoe", "said"):
            assert said in [hit["thread"] for hit in await look(ada, words)]
        (hit,) = await look(ada, "fox wolves")
        assert (hit["title"], hit["channel"]) == ("Why are FOXES red?", "")
        assert await look(ada, "fox bear") == []
        assert await look(ada, " ") == []


async def test_what_is_shown_is_the_post_that_has_the_words_and_where_they_are():
    async with House() as house:
        ada = await house.client()
        said = await ada.say("A story, please")
        post = await ada.say("word " * 100 + "needle " + "word " * 100, thread=said)
        hit = next(h for h in await look(ada, "needle") if h["post"] == post)
        assert "needle" in hit["snippet"]
        assert len(hit["snippet"]) <= 142
        assert hit["by"] == "ada"


async def test_the_thread_that_was_spoken_in_last_comes_first():
    async with House() as house:
        ada = await house.client()
        first, second = [await ada.say(f"fox {n}") for n in range(2)]
        await house.parley.settled()
        await ada.say("more", thread=first)
        await house.parley.settled()
        assert [hit["thread"] for hit in await look(ada, "fox")] == [first, second]


async def test_nobody_finds_what_another_said_alone_and_all_find_what_is_in_a_channel():
    async with House() as house:
        ada, grace = await house.client("ada"), await house.client("grace")
        await ada.say("my secret fox")
        shared = await ada.say("a fox for all", channel="#general")
        assert len(await look(ada, "fox")) == 2
        hits = await look(grace, "fox", "grace")
        assert [(hit["thread"], hit["channel"]) for hit in hits] == [(shared, "#general")]


async def test_a_private_answer_in_a_channel_is_found_by_its_asker_alone():
    async def tell(_parley, _event, screen, _stop):
        screen.show(Text("You spent a fortune."))

    async with House(script=tell) as house:
        house.parley.private = {"usage"}
        ada, grace = await house.client("ada"), await house.client("grace")
        await ada.act("use", command="usage", channel="#general")
        await house.parley.settled()
        assert len(await look(ada, "fortune")) == 1
        assert await look(grace, "fortune", "grace") == []


@pytest.mark.parametrize("person", ["grace", "#general", "mallory"])
async def test_a_login_searches_for_nobody_else(person):
    async with House(sandbox=False, page_password="open sesame") as house:
        client = await house.client()
        url = f"{house.address}/search/{person.replace('#', '%23')}?words=x"
        async with client.http.get(url) as response:
            assert response.status == 403
