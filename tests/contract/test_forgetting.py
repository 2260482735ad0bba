"""What is forgotten is in no table, no file and no later prompt, on every platform."""

import asyncio
import io
import json
import zipfile

import pytest

from tests.fakes.openai import Fault

SECRET = "marzipan-4711"


async def asked(house, world, text=f"The word is {SECRET}"):
    root = await world.mention(text)
    await house.answered()
    return root


async def traces(house, world):
    """Where the secret is left, of all that Parley keeps."""
    await house.settled()
    await house.storage.forgetting.finish()
    path = house.storage.database.path
    folders = [path.parent, *filter(None, [getattr(world, "_folder", None)])]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if SECRET.encode() in file.read_bytes()]


async def gone(house, world):
    """Parley's answer is withdrawn, and no prompt has the word again."""
    await world.until(lambda: not any(SECRET in post.text for post in world.posts()))
    assert await traces(house, world) == []


async def never_asked_with(house, world, root, number=1):
    calls = len(house.openai.calls)
    await world.mention("What was the word?", thread=root)
    await world.until(lambda: any("What was the word?" in post.text for post in world.posts()))
    await house.settled()
    bodies = [json.dumps(call.body) for call in house.openai.calls[calls:]]
    assert bodies
    assert not any(SECRET in body for body in bodies)


async def test_a_deleted_question_leaves_nothing(house, world):
    root = await asked(house, world)
    assert await traces(house, world)
    await world.delete(root)
    await gone(house, world)


async def test_an_edited_question_leaves_nothing_of_what_it_said(house, world):
    root = await asked(house, world)
    await world.edit(root, "The word is harmless")
    await house.shows("The word is harmless")
    await gone(house, world)
    await never_asked_with(house, world, root)


@pytest.mark.parametrize("what", ["question", "answer"])
async def test_forget_this_on_either_message(house, world, what):
    root = await asked(house, world)
    (answer,) = house.answers()
    await world.shortcut("Forget this", on=root if what == "question" else answer.id)
    await house.shows("Forgotten, with its answer.")
    await gone(house, world)


async def test_a_thread_is_forgotten_and_goes_on_without_it(house, world):
    root = await asked(house, world)
    await world.say(f"Again {SECRET}", thread=root)
    await house.answered(2)
    await world.mention("/forget thread", thread=root)
    await house.shows("Parley has forgotten 2 answers with what was asked in this thread.")
    await gone(house, world)
    await never_asked_with(house, world, root)


async def test_in_a_thread_of_several_one_forgets_ones_own(house, world):
    root = await asked(house, world)
    await world.mention("I am Bob", by="bob", thread=root)
    await house.answered(2)
    await world.mention("/forget thread", thread=root)
    await house.shows("What others asked stays")
    await gone(house, world)
    assert any("I am Bob" in post.text for post in world.posts())


async def test_nobody_forgets_what_somebody_else_asked(house, world):
    root = await asked(house, world)
    await world.shortcut("Forget this", on=root, by="bob")
    await house.shows("Somebody else asked that")
    assert any(SECRET in post.text for post in house.answers())


async def test_all_of_a_person_is_forgotten_once_they_are_sure(house, world):
    await world.mention(f"/settings set name:language value:{SECRET} scope:person")
    await house.shows(f"language: {SECRET}")
    root = await asked(house, world)
    await world.slash("forget me")
    await house.shows("That would forget 1 answer")
    assert any(SECRET in post.text for post in house.answers())
    await world.slash("forget me", "sure:yes")
    await house.shows("Parley has forgotten 1 answer")
    await world.until(lambda: not house.answers(root))
    kept = json.dumps(await house.services.exporting.person(house.heard[0].author.id))
    assert SECRET not in kept


async def test_what_is_answered_meanwhile_ends_and_is_forgotten_with_its_person(house, world):
    house.openai.faults.append(Fault(stall_after=3))
    root = await world.mention(f"The word is {SECRET}")
    await world.until(lambda: house.posts(root))
    await world.slash("forget me", "sure:yes")
    await house.shows("you asked meanwhile has ended")
    await world.until(lambda: not any("You said" in post.text for post in world.posts()))
    house.openai.release()
    await gone(house, world)
    await never_asked_with(house, world, root)


async def test_what_waits_to_be_answered_is_not_asked_any_more(house, world):
    house.openai.faults.append(Fault(stall_after=3))
    root = await world.mention("a long story", by="bob")
    await world.until(lambda: house.posts(root))
    await world.mention(f"The word is {SECRET}", thread=root)
    async with asyncio.timeout(10):
        while len(house.heard) < 2:
            await asyncio.sleep(0.01)
    await world.slash("forget me", "sure:yes")
    await house.shows("you asked meanwhile has ended")
    house.openai.release()
    await house.answered()
    await house.settled()
    assert not any(SECRET in json.dumps(call.body) for call in house.openai.calls)
    assert any("a long story" in post.text for post in world.posts())
    assert await traces(house, world) == []


async def test_an_answer_to_somebody_else_that_one_has_written_anew_stays_theirs(house, world):
    await world.mention("I am Bob", by="bob")
    (post,) = await house.answered()
    house.openai.faults.append(Fault(stall_after=3))
    house.openai.answers.append("something else altogether")
    await world.press("Regenerate", post=post.id, by="ada")
    await world.until(lambda: any("something" in post.text for post in world.posts()))
    await world.slash("forget me", "sure:yes", by="ada")
    await house.shows("you asked meanwhile has ended")
    await house.settled()
    asked, _ = await house.services.memory.of(await bobs(house))
    assert asked.text == "I am Bob"
    assert any("something" in post.text for post in world.posts())


async def test_who_once_had_an_answer_to_somebody_else_written_anew_takes_nothing_along(
    house, world
):
    await world.mention("I am Bob", by="bob")
    (post,) = await house.answered()
    house.openai.answers.append("something else altogether")
    await world.press("Regenerate", post=post.id, by="ada")
    await house.shows("something else altogether")
    await house.settled()
    await world.slash("forget me", "sure:yes", by="ada")
    await house.shows("Parley has forgotten")
    await house.settled()
    await house.shows("something else altogether")
    asked, _ = await house.services.memory.of(await bobs(house))
    assert asked.text == "I am Bob"
    kept = [value for _, value in await house.storage.state.scan("page") if "altogether" in value]
    assert not any('"ada"' in value for value in kept)


async def bobs(house):
    """The delivery that answered the first question."""
    query = "SELECT delivery FROM seen WHERE event = ?"
    key = (house.heard[0].id,)
    return (await house.storage.database.read(lambda db: db.execute(query, key).fetchone()))[0]


async def test_nothing_is_left_of_a_persons_name(house, world):
    await world.mention("hello")
    await house.answered()
    await house.restart()
    await world.slash("forget me", "sure:yes")
    await house.shows("Parley has forgotten 1 answer")
    await house.settled()
    assert await house.services.people.names([house.heard[0].author.id]) == {}


async def test_an_export_is_for_the_person_alone_and_has_what_is_theirs(house, world):
    await asked(house, world)
    await world.mention("I am Bob", by="bob")
    await house.answered(2)
    await world.slash("export me")
    await world.until(lambda: any("parley.zip" in post.files for post in world.posts()))
    (post,) = [post for post in world.posts() if "parley.zip" in post.files]
    assert post.private_to == "ada"
    await house.settled()
    with zipfile.ZipFile(io.BytesIO(world.content("parley.zip"))) as archive:
        told = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    texts = [turn["text"] for turn in told["turns.json"]]
    assert texts == [f"The word is {SECRET}", f"You said: The word is {SECRET}"]
    assert "Bob" not in json.dumps(told)


async def test_retention_is_an_admins_and_forgets_what_is_older(house, world):
    await world.mention("/retention 30")
    await house.shows("for admins")
