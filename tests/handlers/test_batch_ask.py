"""A table goes in, and comes back with its answers."""

import asyncio
import csv
import io
import json

import pytest
from aiohttp import web

from bot.errors import Refused
from bot.events import Author
from bot.parts import Card
from bot.spending.budgets import BudgetSpent
from tests.fakes.jobs import stand_in
from tests.fakes.openai import CALL, Fault
from tests.fakes.openai_batches import carry_out, refused, said
from tests.fakes.openai_resources import create_batch, create_file
from tests.handlers.batches import CSV, card, content, given, pressed, result
from tests.handlers.desk import desk

TEMPLATE = "Translate {text} to {language}"


@pytest.fixture(autouse=True)
def watched(monkeypatch):
    return stand_in(monkeypatch)


async def quoted(it, **values):
    """The quote of a table; the answer is delivery a1."""
    values = {"file": "words.csv", "content": CSV, "prompt": TEMPLATE, **values}
    return await it.screen(given(it, "batch ask", **values))


async def started(it, **values):
    await quoted(it, **values)
    await it.screen(pressed(it, "batch_start"))
    return "batch_0"


def rows(file):
    return [*csv.reader(io.StringIO(content(file).decode(), newline=""))]


def answer(line):
    text = line["body"]["messages"][-1]["content"]
    return refused("That is no text.") if "=1+1" in text else said(f"={text.split()[1]}!")


async def test_a_quote_comes_first_and_nothing_is_sent(tmp_path):
    async with desk(tmp_path) as it:
        screen = await quoted(it)
        facts = dict(card(screen).fields)
        assert (facts["Requests"], facts["Model"]) == ("3", "gpt-4o-mini")
        assert facts["Cost"].endswith(", at half price")
        assert [button.label for button in screen.buttons] == ["Start", "Discard"]
        assert it.openai.calls == []
        assert await it.rows() == []


async def test_started_it_is_made_once_held_and_watched(tmp_path, watched):
    async with desk(tmp_path) as it:
        await quoted(it, longest=50, instructions="Be kind.", temperature=0.5)
        screen = await it.screen(pressed(it, "batch_start"))
        assert card(screen).title == "Batch words.csv"
        assert screen.buttons == ()
        (batch,) = it.openai.resources.batches.values()
        assert batch["metadata"] == {"parley": "a1", "name": "words.csv"}
        assert watched == [("batch", "batch_0", "a1", "words.csv")]
        lines = it.openai.resources.contents[batch["input_file_id"]].splitlines()
        first = json.loads(lines[0])
        assert first["custom_id"] == "row-1"
        assert first["body"]["messages"] == [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Translate Hello to French"},
        ]
        assert (first["body"]["max_tokens"], first["body"]["temperature"]) == (50, 0.5)
        assert [state for state, *_ in await it.rows()] == ["held"]


async def test_pressed_again_it_is_the_same_batch(tmp_path):
    async with desk(tmp_path) as it:
        await started(it)
        await it.screen(pressed(it, "batch_start", id_="p2"))
        assert len(it.openai.resources.batches) == len(it.openai.resources.files) == 1


async def test_it_comes_back_as_the_same_table_with_answers(tmp_path):
    async with desk(tmp_path) as it:
        carry_out(it.openai.resources, await started(it), answer)
        screen = await result(it, "batch_0")
        table, output, errors = screen.media
        assert table.name == "words-answered.csv"
        assert rows(table) == [
            ["text", "language", "answer", "error"],
            ["Hello", "French", "'=Hello!", ""],
            ["Good morning", "German", "'=Good!", ""],
            ["=1+1", "Excel", "", "400: That is no text."],
        ]
        assert (output.name, errors.name) == ("words-output.jsonl", "words-error.jsonl")
        assert "**2 of 3** requests were answered, 1 failed." in screen.text
        assert "- **1**: 400: That is no text." in screen.text
        assert "at half price, booked to Ada" in screen.text


async def test_where_the_provider_tells_no_usage_the_answers_tell_it(tmp_path):
    async with desk(tmp_path) as it:
        carry_out(it.openai.resources, await started(it), answer, usage=False)
        assert "Cost: about $0.0" in (await result(it, "batch_0")).text


async def test_what_ran_out_of_time_says_so_in_its_row(tmp_path):
    async with desk(tmp_path) as it:
        carry_out(it.openai.resources, await started(it), lambda _: None, status="expired")
        screen = await result(it, "batch_0")
        assert {row[3] for row in rows(screen.media[0])[1:]} == {"It was too late."}
        assert "**0 of 3**" in screen.text
        assert "Cost: nothing" in screen.text


async def test_a_batch_that_the_provider_refused_says_why(tmp_path):
    async with desk(tmp_path) as it:
        await started(it)
        it.openai.resources.batches["batch_0"] |= {
            "status": "failed", "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "errors": {"data": [{"message": "Too many tokens.", "line": 2, "code": "x"}]},
        }  # fmt: skip
        assert "- Line 2: Too many tokens." in (await result(it, "batch_0")).text


async def test_after_a_month_there_are_the_files_alone(tmp_path):
    async with desk(tmp_path) as it:
        carry_out(it.openai.resources, await started(it), answer)
        await it.services.works.forget("a1")
        screen = await result(it, "batch_0")
        assert [file.name for file in screen.media] == [
            "batch_0-output.jsonl", "batch_0-error.jsonl",
        ]  # fmt: skip
        assert all(isinstance(file.content, bytes) for file in screen.media)


async def test_files_that_the_provider_deleted_meanwhile_are_told(tmp_path):
    async with desk(tmp_path) as it:
        batch = carry_out(it.openai.resources, await started(it), answer)
        del it.openai.resources.contents[batch["error_file_id"]]
        screen = await result(it, "batch_0")
        assert f"The error file `{batch['error_file_id']}` is no longer" in screen.text
        assert len(screen.media) == 2


def making(it, then):
    """The provider makes the batch (or keeps the file), and then something happens."""

    async def before(request):
        if request.method == "POST":
            make = create_batch if request.path.endswith("/batches") else create_file
            await make(it.openai, request, request[CALL], Fault())
            it.openai.before = None
            await then(request)

    it.openai.before = before


async def lose(_request):
    raise web.HTTPBadGateway


@pytest.mark.parametrize("what", ["file", "batch"])
async def test_an_answer_that_was_lost_is_looked_for(tmp_path, what, watched):
    async with desk(tmp_path) as it:
        await quoted(it)
        if what == "file":
            making(it, lose)
        else:
            making_batches(it, lose)
        await it.screen(pressed(it, "batch_start"))
        assert len(it.openai.resources.files) == len(it.openai.resources.batches) == 1
        assert watched == [("batch", "batch_0", "a1", "words.csv")]
        assert [state for state, *_ in await it.rows()] == ["held"]  # until it has ended


def making_batches(it, then):
    making(it, then)
    first = it.openai.before

    async def before(request):
        if request.path.endswith("/batches"):
            await first(request)

    it.openai.before = before


@pytest.mark.parametrize("what", [making, making_batches])
async def test_killed_while_it_is_made_the_next_attempt_finds_it(tmp_path, what, watched):
    async with desk(tmp_path) as it:
        await quoted(it)
        made = asyncio.Event()

        async def hang(_request):
            made.set()
            await it.openai.stalled()

        what(it, hang)
        task = asyncio.create_task(it.screen(pressed(it, "batch_start")))
        await made.wait()
        task.cancel()
        await asyncio.wait([task])
        await it.screen(pressed(it, "batch_start", attempt=2))
        assert len(it.openai.resources.files) == len(it.openai.resources.batches) == 1
        assert watched == [("batch", "batch_0", "a1", "words.csv")]


async def test_killed_between_the_batch_and_its_watch_it_is_watched(tmp_path, watched):
    async with desk(tmp_path) as it:
        await started(it)
        watched.clear()
        await it.screen(pressed(it, "batch_start", attempt=2))
        assert watched == [("batch", "batch_0", "a1", "words.csv")]


async def test_a_budget_that_is_too_small_leaves_the_quote_and_sends_nothing_twice(tmp_path):
    async with desk(tmp_path, budget_person_day="0.000001") as it:
        await quoted(it)
        shown = []

        async def start():
            async for part in it.reply(pressed(it, "batch_start")):
                shown.append(part)  # noqa: PERF401  those before the refusal count

        with pytest.raises(BudgetSpent):
            await start()
        cards = [part for part in shown if isinstance(part, Card)]
        assert cards[-1].title == "Batch words.csv"
        assert [button.label for button in shown[-1].buttons] == ["Start", "Discard"]
        assert it.openai.resources.batches == {}


async def test_only_who_asked_may_start_it(tmp_path):
    async with desk(tmp_path) as it:
        await quoted(it)
        with pytest.raises(Refused, match="Only who asked"):
            await it.screen(pressed(it, "batch_start", by=Author("slack:T1:BOSS", "Boss")))


async def test_discarded_it_leaves_nothing(tmp_path):
    async with desk(tmp_path) as it:
        await quoted(it)
        screen = await it.screen(pressed(it, "batch_discard"))
        assert card(screen).title == "Discarded words.csv"
        with pytest.raises(Refused, match="30 days"):
            await it.screen(pressed(it, "batch_start", id_="p2"))
        assert it.openai.calls == []


async def test_what_has_started_cannot_be_discarded(tmp_path):
    async with desk(tmp_path) as it:
        await started(it)
        with pytest.raises(Refused, match="/batch cancel batch_0"):
            await it.screen(pressed(it, "batch_discard", id_="p2"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": "{mood}"}, "no column `{mood}`"),
        ({"content": b"", "prompt": ""}, "has no prompt"),
        ({"temperature": 3.0}, "temperature is 0 to 2"),
        ({"model": "text-embedding-3-small"}, "does not serve chat/completions"),
    ],
)
async def test_what_cannot_be_asked_is_told_before_anything_is_sent(tmp_path, values, sentence):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match=sentence):
            await quoted(it, **values)
        assert it.openai.calls == []


def lying(tmp_path):
    """The files that are kept for an answer."""
    return sorted(path.name for path in tmp_path.glob("**/a1/*"))


async def test_what_is_no_batch_leaves_no_file(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused):
            await quoted(it, prompt="{mood}")
        assert lying(tmp_path) == []
        await quoted(it)
        assert lying(tmp_path) == ["input.jsonl", "table"]
        await it.screen(pressed(it, "batch_start"))
        assert lying(tmp_path) == ["table"]


async def test_a_message_that_is_edited_asks_anew_until_it_has_begun(tmp_path):
    async with desk(tmp_path) as it:
        await quoted(it)
        screen = await quoted(it, content=b"text,language\nHello,French\n")
        assert dict(card(screen).fields)["Requests"] == "1"
        await it.screen(pressed(it, "batch_start"))
        with pytest.raises(Refused, match="has begun already"):
            await quoted(it)
        assert lying(tmp_path) == ["table"]


async def test_the_model_is_that_of_the_channel(tmp_path):
    async with desk(tmp_path) as it:
        await it.services.preferences.put("slack:T1:C1", "model", "gpt-4o")
        assert dict(card(await quoted(it)).fields)["Model"] == "gpt-4o"


async def test_a_model_that_thinks_gets_its_length_by_the_name_that_it_knows(tmp_path):
    async with desk(tmp_path, chat_model="gpt-6-luna") as it:
        await started(it)
        (file,) = it.openai.resources.contents.values()
        assert json.loads(file.splitlines()[0])["body"]["max_completion_tokens"] == 4096
