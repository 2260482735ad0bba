"""Where an answer to a question in a channel stands: a setting, on every platform."""

import pytest

from tests.contract.discord import DiscordWorld
from tests.contract.house import living
from tests.contract.page import PageWorld
from tests.contract.slack import SlackWorld
from tests.fakes.openai import Fault


@pytest.fixture(params=[SlackWorld, DiscordWorld], ids=["slack", "discord"])
async def house(request, tmp_path):
    async with living(request.param(), tmp_path) as house:
        yield house


def said(house):
    """What the model got last, without what it is told first."""
    return [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]


async def chosen(house, where, scope="person"):
    before = told(house)
    await house.world.slash("settings set", f"name:where value:{where} scope:{scope}")
    await house.world.until(lambda: told(house) > before)
    await house.settled()


def told(house):
    return sum("- where: " in post.text for post in house.posts())


async def test_an_answer_stands_in_the_channel_for_who_chose_that_and_the_channel_remembers(
    house, world
):
    await chosen(house, "channel")
    house.openai.answers += ["Hello, Ada.", "Ada.", "In a thread."]
    await world.mention("I am Ada")
    first = await house.shows("Hello, Ada.")
    await house.answered()
    await world.mention("Who am I?")
    (*_, second) = await house.answered(2)
    assert (first.thread, second.thread) == ("", "")
    assert said(house) == ["I am Ada", "Hello, Ada.", "Who am I?"]
    root = await world.mention("And I?", by="bob")
    (*_, third) = await house.answered(3)
    assert third.thread == root
    assert said(house) == ["And I?"]


async def test_the_form_has_it_with_what_else_is_seldom_chosen(house, world):
    await world.slash("settings other")
    await world.until(world.form)
    assert set(world.form()) == {"scope", "where", "tools", "service_tier", "voice"}
    await world.fill(scope="person", where="channel", service_tier="default")
    await house.shows("- service_tier: default")
    await world.mention("hello")
    (*_, post) = await house.answered()
    assert post.thread == ""
    assert house.openai.calls[-1].body["service_tier"] == "default"
    await world.slash("settings show")
    await house.shows("- where: channel (for you everywhere)")


async def test_what_is_asked_by_command_belongs_to_the_channel_too(house, world):
    await chosen(house, "channel")
    house.openai.answers += ["Hello, Ada.", "Ada."]
    await world.slash("ask", "I am Ada")
    await house.answered()
    await world.mention("Who am I?")
    await house.answered(2)
    assert said(house) == ["I am Ada", "Hello, Ada.", "Who am I?"]


async def test_a_button_goes_on_in_the_channel_also_when_the_setting_is_gone(house, world):
    await chosen(house, "channel")
    house.openai.answers += ["Hello.", "Ada.", "You are Ada.", "Still Ada."]
    await world.mention("I am Ada")
    await house.answered()
    await world.mention("Who am I?")
    await house.answered(2)
    post = await house.shows("Ada.")
    await world.slash("settings reset", "name:where scope:person")
    await house.shows("Taken back")
    await world.press("Regenerate", post=post.id)
    anew = await house.shows("You are Ada.")
    await house.settled()
    assert (anew.id, anew.thread) == (post.id, "")
    assert said(house) == ["I am Ada", "Hello.", "Who am I?"]
    await chosen(house, "channel")
    await world.mention("Really?")
    await house.answered(3)
    assert said(house) == ["I am Ada", "Hello.", "Who am I?", "You are Ada.", "Really?"]


async def test_an_edited_question_is_answered_where_it_was(house, world):
    house.openai.answers += ["In a thread.", "Still there."]
    root = await world.mention("hello")
    await house.answered()
    (post,) = house.answers(root)
    await chosen(house, "channel")
    await world.edit(root, "hello again")
    anew = await house.shows("Still there.")
    await house.settled()
    assert (anew.id, anew.thread) == (post.id, root)
    await world.say("and?", thread=root)
    await house.answered(2, thread=root)
    assert said(house) == ["hello again", "Still there.", "and?"]


async def test_a_deleted_question_is_withdrawn_and_forgotten_there_too(house, world):
    await chosen(house, "channel")
    house.openai.answers += ["Hello, Ada.", "Who knows."]
    question = await world.mention("I am Ada")
    await house.answered()
    await world.delete(question)
    await world.until(lambda: not house.answers())
    await house.settled()
    await world.mention("Who am I?")
    await house.answered()
    assert said(house) == ["Who am I?"]


async def test_after_a_crash_the_answer_goes_on_in_the_channel(house, world):
    await chosen(house, "channel")
    house.openai.faults.append(Fault(hang=True))
    await world.mention("hello")
    await house.openai.called(1)
    await house.restart()
    (*_, post) = await house.answered()
    assert post.thread == ""
    await world.mention("and?")
    await house.answered(2)
    assert said(house)[0] == "hello"


async def test_what_a_channel_chose_goes_before_what_a_person_chose(house, world):
    await world.mention("hello")
    await house.answered()
    place = house.heard[-1].place
    await chosen(house, "thread")
    await house.storage.preferences.put(place.channel_key, "where", "channel")
    await world.mention("here?")
    (*_, post) = await house.answered(2)
    assert post.thread == ""


async def test_in_a_direct_message_nothing_changes(house, world):
    await chosen(house, "channel")
    await world.direct("hello")
    await house.answered()
    heard = house.heard[-1]
    assert not heard.flat
    assert bool(heard.place.thread) is (heard.place.platform == "slack")


async def test_on_discord_a_person_may_want_replies(tmp_path):
    async with living(DiscordWorld(), tmp_path) as house:
        await chosen(house, "reply")
        root = await house.world.mention("hello")
        await house.answered()
        (message,) = [m for m in house.world.discord.store.messages.values() for m in m.values()
                      if m.get("message_reference", {}).get("message_id") == root]  # fmt: skip
        assert message["content"]


@pytest.mark.parametrize(
    ("kind", "where", "sentence"),
    [(SlackWorld, "reply", "stands in a thread or in the channel; there is no `reply`"),
     (PageWorld, "channel", "Here an answer stands in a thread; there is no `channel`"),
     (PageWorld, "reply", "there is no `reply`")],
)  # fmt: skip
async def test_what_a_platform_has_not_is_told(tmp_path, kind, where, sentence):
    async with living(kind(), tmp_path) as house:
        await house.world.slash("settings set", f"name:where value:{where} scope:person")
        await house.shows(sentence)


async def test_on_the_page_each_question_has_its_thread(tmp_path):
    async with living(PageWorld(), tmp_path) as house:
        await chosen(house, "thread")
        root = await house.world.mention("hello")
        (*_, post) = await house.answered()
        assert post.thread == root


async def test_what_a_platform_cannot_do_is_no_matter_of_scope(tmp_path):
    async with living(PageWorld(), tmp_path) as house:
        await house.world.mention("/settings set where channel scope:thread")
        await house.shows("Here an answer stands in a thread; there is no `channel`")
