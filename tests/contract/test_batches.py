"""A table of prompts on every platform, from the upload to the answers; and files."""

import asyncio
import csv
import io
import time
from importlib import import_module
from importlib.util import find_spec

import pytest

from bot.commands import Command, Option
from bot.desk.batching.ending import ended
from tests.contract.world import Upload
from tests.fakes.jobs import JOB, stand_in
from tests.fakes.openai import CALL, Fault
from tests.fakes.openai_batches import carry_out, said
from tests.fakes.openai_resources import create_batch

TABLE = b"text;language\r\nHello;French\r\nGood morning;German\r\n"
WORDS = {"Translate Hello to French": "Bonjour", "Translate Good morning to German": "=Morgen"}
WATCH = find_spec("bot.jobs")
DAY = 86_400
ANSWERED = [
    ["text", "language", "answer", "error"],
    ["Hello", "French", "Bonjour", ""],
    ["Good morning", "German", "'=Morgen", ""],
]


@pytest.fixture(autouse=True)
def watch(monkeypatch):
    """The real one, where it is there."""
    if not WATCH:
        stand_in(monkeypatch)


@pytest.fixture
async def admin(house, world):
    """Ada has the rights."""
    await world.mention("hello")
    await house.answered()
    house._settings = house._settings.model_copy(update={"admins": (house.heard[0].author.id,)})
    await house.restart()


async def card(house, title):
    """The post with it, once it is whole."""
    await house.world.until(lambda: _cards(house.world, title))
    await house.settled()
    return _cards(house.world, title)[-1]


def _cards(world, title):
    return [post for post in world.posts() if post.card == title]


async def quoted(house):
    await house.world.share('/batch ask prompt:"Translate {text} to {language}"',
                            Upload("words.csv", TABLE, "text/csv"))  # fmt: skip
    return await card(house, "Batch words.csv")


async def looks(house, later):
    """The watch, so many seconds from now."""
    if WATCH:
        watch = import_module("bot.jobs.watch").Watch
        await watch(house.services, lambda: time.time() + later, lambda _least, _most: 1.0).look()
        await house.settled()


async def ends(house, asked):
    """A notice of its own, by the watch, or as the watch says it."""
    if WATCH:
        await looks(house, DAY)
        await looks(house, 2 * DAY)
        return

    async def notice(run):
        batch = await house.services.openai.batches.get(str(run.event.values["job"]))
        async for part in ended(house.services, batch, JOB):
            yield part

    house.services.commands["batch_ends"] = Command(
        "batch_ends", "It ended", notice, (Option("job", "Which"),), access="parley"
    )
    where = {"place": asked.place, "author": asked.author}
    await house.services.announce("end", "batch_ends", **where, values={"job": "batch_0"})


def answer(line):
    return said(WORDS[line["body"]["messages"][-1]["content"]])


async def test_a_table_goes_in_and_comes_back_with_its_answers(house, world, admin):
    quote = await quoted(house)
    assert set(quote.buttons) == {"Start", "Discard"}
    assert house.openai.resources.batches == {}
    await house.restart()  # what was prepared outlives it
    await world.press("Start", post=quote.id)
    await world.until(lambda: house.openai.resources.batches)
    await house.settled()
    await house.restart()
    await looks(house, 100)
    (running,) = [post for post in world.posts() if post.card.startswith("Batch words.csv")]
    assert running.buttons == ()
    carry_out(house.openai.resources, "batch_0", answer)
    await ends(house, house.heard[-1])
    await world.until(lambda: any("words-answered.csv" in post.files for post in world.posts()))
    await house.settled()
    text = world.content("words-answered.csv").decode()
    assert [*csv.reader(io.StringIO(text, newline=""), delimiter=";")] == ANSWERED
    assert any("2 of 2" in post.text for post in world.posts())
    assert len([post for post in world.posts() if "words-answered.csv" in post.files]) == 1
    assert len(house.openai.resources.batches) == len(house.openai.resources.files) - 1 == 1


async def test_killed_while_it_is_made_it_is_made_once_and_shown_in_the_same_post(
    house, world, admin
):
    quote = await quoted(house)
    made = asyncio.Event()

    async def hang(request):
        """The batch is there, and its answer never comes."""
        if request.method == "POST" and request.path.endswith("/batches"):
            await create_batch(house.openai, request, request[CALL], Fault())
            made.set()
            await house.openai.stalled()

    house.openai.before = hang
    await world.press("Start", post=quote.id)
    await made.wait()
    house.openai.before = None
    await house.restart()
    await world.until(lambda: not _cards_with_buttons(world) and _watched(world))
    await house.settled()
    assert len(house.openai.resources.batches) == len(house.openai.resources.files) == 1
    assert len([post for post in world.posts() if "words.csv" in post.card]) == 1


def _cards_with_buttons(world):
    return [post for post in world.posts() if "Start" in post.buttons]


def _watched(world):
    return [post for post in world.posts() if post.card.startswith("Batch words.csv")]


async def test_a_form_asks_for_the_table_and_the_prompt(house, world, admin):
    await world.slash("batch ask")
    await world.until(world.form)
    assert {"prompt", "file", "model", "longest"} <= set(world.form())
    await world.fill(prompt="Translate {text}", file=Upload("words.csv", TABLE, "text/csv"))
    await card(house, "Batch words.csv")


async def test_pressed_twice_it_is_one_batch(house, world, admin):
    quote = await quoted(house)
    await world.press("Start", post=quote.id)
    await world.redeliver()
    await world.until(lambda: house.openai.resources.batches)
    await house.settled()
    assert len(house.openai.resources.batches) == 1


async def test_a_quote_is_discarded(house, world, admin):
    quote = await quoted(house)
    await world.press("Discard", post=quote.id)
    await card(house, "Discarded words.csv")
    assert house.openai.resources.files == {}


async def test_a_file_that_is_wrong_is_told_by_line(house, world, admin):
    await world.share("/batch create", Upload("in.jsonl", b"{\n[]\n", "application/jsonl"))
    await card(house, "in.jsonl cannot be a batch")
    assert house.openai.resources.files == {}


async def test_a_file_goes_up_is_deleted_by_a_button_and_can_be_kept(house, world, admin):
    await world.share("/files upload assistants", Upload("notes.txt", b"Hello"))
    await card(house, "Uploaded notes.txt")
    await world.mention("/files delete file-0")
    question = await card(house, "Delete notes.txt?")
    await world.press("Keep it", post=question.id)
    await card(house, "Kept notes.txt")
    assert [*house.openai.resources.files] == ["file-0"]
    await world.mention("/files delete file-0")
    question = await card(house, "Delete notes.txt?")
    await world.press("Delete it", post=question.id)
    await card(house, "Deleted notes.txt")
    assert house.openai.resources.files == {}


async def test_a_file_comes_down_to_who_asked_alone(house, world, admin):
    await world.share("/files upload assistants", Upload("notes.txt", b"Hello"))
    await card(house, "Uploaded notes.txt")
    await world.slash("files download", "file-0")
    await world.until(lambda: any("notes.txt" in post.files for post in world.posts()))
    await house.settled()
    assert world.content("notes.txt") == b"Hello"
    assert all(post.private_to == "ada" for post in world.posts() if "notes.txt" in post.files)


async def test_a_list_goes_on_by_its_button(house, world):
    house.openai.models = [f"model-{n:02}" for n in range(25)]
    await world.mention("/models list")
    first = await house.shows("25 models")
    await house.settled()
    await world.press("More", post=first.id)
    await house.shows("model-24")
    await house.settled()


async def test_whoever_is_no_admin_is_refused(house, world):
    for command in ("batch list", "files list", "models use gpt-6-luna"):
        await world.mention(f"/{command}")
    await world.until(lambda: len([p for p in world.posts() if "is for admins" in p.text]) == 3)
    assert house.openai.calls == []
