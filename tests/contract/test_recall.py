"""Files and recall on every platform: what a file says is answered from, and what was said is found
by nobody who may not read it.
"""

import asyncio

from tests.contract.world import Upload
from tests.documents.files import pdf

LONG = pdf(*("the purple heron nests here" if n == 70 else f"badger {n} " + "digging\n" * 60
             for n in range(1, 101)))  # fmt: skip


def prompts(house):
    calls = [call for call in house.openai.calls if call.path.endswith("completions")]
    return [call.body["messages"][-1]["content"] for call in calls]


def chore(house):
    return next(chore for chore in house.services.chores if chore.name == "recall")


async def remembered(house, number=1):
    """What was said is in the index, as recall is on where it was said."""
    await house.answered(number)
    for event in house.heard:
        await house.storage.preferences.put(event.place.channel_key, "recall", "on")
        await house.storage.recall.unrecalled.catch_up(event.place.channel_key)
    await chore(house).work()


async def test_a_pdf_is_answered_from(house, world):
    await world.share("What is red?", Upload("a.pdf", pdf("The fox is red."), "application/pdf"))
    await house.answered()
    (asked,) = prompts(house)
    assert "The fox is red." in asked
    assert asked.endswith("What is red?")


async def test_a_long_pdf_is_searched_also_by_a_later_question_after_a_restart(house, world):
    root = await world.share("Where is the heron?", Upload("birds.pdf", LONG, "application/pdf"))
    await house.answered()
    assert "“birds.pdf”, page 70:\n> the purple heron nests here" in prompts(house)[-1]
    await house.shows("“birds.pdf”, page 70")
    await house.restart()
    await world.mention("And the heron again?", thread=root)
    await house.answered(2)
    assert "> the purple heron nests here" in prompts(house)[-1]


async def test_what_is_said_to_parley_alone_is_found_by_nobody_else(house, world):
    await world.direct("The heron is a spy", by="ada")
    await remembered(house)
    await world.direct("/recall heron", by="bob")
    await house.shows("Nothing was found where you may read.")
    await world.direct("/recall heron", by="ada")
    await house.shows("The heron is a spy")


async def test_who_was_removed_from_a_channel_finds_nothing_of_it(house, world):
    await world.mention("hello", by="ada")
    await house.answered()
    await world.mention("The heron is a spy", by="bob")
    await remembered(house, 2)
    await world.close_channel("bob")
    await unread(world.adapter, house.heard[0])
    await world.slash("recall", "heron", by="ada")
    await house.shows("Nothing was found where you may read.")
    await world.slash("recall", "heron", by="bob")
    post = await house.shows("> The heron is a spy")
    assert "://" in post.text


async def test_a_deleted_message_takes_its_file_and_its_words_out_of_the_index(house, world):
    said = await world.share("The heron?", Upload("birds.pdf", LONG, "application/pdf"))
    await remembered(house)
    await world.delete(said)
    async with asyncio.timeout(10):
        while await passages(house):
            await asyncio.sleep(0.01)


async def passages(house):
    query = "SELECT count(*) FROM passages"
    ((number,),) = await house.storage.database.read(lambda db: db.execute(query).fetchall())
    return number


async def unread(adapter, event):
    """A gateway tells of it a moment later."""
    async with asyncio.timeout(10):
        while await adapter.order.may_read(event.author, event.place):
            await asyncio.sleep(0.01)
