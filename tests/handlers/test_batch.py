"""Batches from a JSONL file, and those that are there."""

import json

import pytest

from bot.commands import Typing
from bot.errors import ParleyError, Refused
from bot.openai.catalogue_check import WrongValue
from tests.fakes.jobs import stand_in
from tests.fakes.openai import Fault
from tests.fakes.openai_batches import carry_out, kept, said
from tests.handlers.batches import card, given, pressed
from tests.handlers.desk import ADA, PLACE, desk

LINE = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": "gpt-4o-mini", "max_tokens": 9,
                 "messages": [{"role": "user", "content": "Hi"}]}}  # fmt: skip
LINES = [{**LINE, "custom_id": f"a{n}"} for n in range(5)]
JSONL = "".join(f"{json.dumps(one)}\n" for one in LINES).encode()


@pytest.fixture(autouse=True)
def watched(monkeypatch):
    return stand_in(monkeypatch)


async def created(it, **values):
    values = {"file": "in.jsonl", "content": JSONL, **values}
    return await it.screen(given(it, "batch create", **values))


async def test_an_attachment_becomes_a_batch(tmp_path, watched):
    async with desk(tmp_path) as it:
        screen = await created(it, metadata="team=red, who = ada")
        assert dict(card(screen).fields)["Requests"] == "5"
        await it.screen(pressed(it, "batch_start"))
        (batch,) = it.openai.resources.batches.values()
        assert batch["endpoint"] == "/v1/chat/completions"
        assert batch["metadata"] == {
            "team": "red", "who": "ada", "parley": "a1", "name": "in.jsonl",
        }  # fmt: skip
        assert it.openai.resources.contents[batch["input_file_id"]] == JSONL
        assert len(watched) == 1


async def test_a_file_that_is_there_is_checked_and_not_sent_again(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "in.jsonl", LINES, "batch")
        await created(it, file=None, id=id_)
        await it.screen(pressed(it, "batch_start"))
        (batch,) = it.openai.resources.batches.values()
        assert batch["input_file_id"] == id_
        assert len(it.openai.resources.files) == 1


async def test_what_is_wrong_is_told_by_line_and_nothing_is_sent(tmp_path):
    async with desk(tmp_path) as it:
        screen = await created(it, content=JSONL + JSONL + b"{")
        shown = card(screen)
        assert shown.title == "in.jsonl cannot be a batch"
        assert "6 problems in 11 lines" in shown.markdown
        assert "- Line 6: Its `custom_id` “a0” is that of line 1 too." in shown.markdown
        assert "- Line 11: It is no JSON: it ends too early." in shown.markdown
        assert screen.buttons == ()
        assert it.openai.calls == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"file": None}, "Give a file"),
        ({"file": None, "id": "ftjob-1"}, "`ftjob-1` is a fine-tuning job, and not a file"),
        ({"file": None, "id": "batch_1"}, "`/batch show` is for it"),
        ({"file": None, "id": "sk-abc"}, "an API key"),
        ({"file": None, "id": "file-9"}, "The provider has no file “file-9”"),
        ({"file": None, "id": "file 9"}, "no id of a file"),
        ({"metadata": "red"}, "key=value"),
    ],
)
async def test_what_is_no_file_is_told(tmp_path, values, sentence):
    async with desk(tmp_path) as it:
        with pytest.raises(ParleyError) as caught:
            await created(it, **values)
        assert sentence in caught.value.sentence


async def test_notes_that_are_too_many_are_refused_before_anything_is_read(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(WrongValue, match="pairs of metadata"):
            await created(it, metadata=",".join(f"a{n}=b" for n in range(15)))


async def test_a_file_for_something_else_is_refused(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "in.jsonl", LINES, "fine-tune")
        with pytest.raises(Refused, match="uploaded for “fine-tune”"):
            await created(it, file=None, id=id_)


async def test_an_attachment_that_is_too_large_is_not_read(tmp_path):
    async with desk(tmp_path) as it:
        run = given(it, "batch create", file="in.jsonl", content=b"")
        large = run.event.values["file"].__class__("r1", "in.jsonl", "", 300 << 20)
        run.event.values["file"] = large
        with pytest.raises(Refused, match="larger than the 200 MB"):
            await it.screen(run)


async def begun(it, number=1):
    for n in range(number):
        await created(it, id_=f"a{n}")
        await it.screen(pressed(it, "batch_start", f"a{n}", id_=f"p{n}"))


async def test_batches_are_listed_by_page(tmp_path):
    async with desk(tmp_path) as it:
        await begun(it, 17)
        first = await it.screen(given(it, "batch list", id_="l1"))
        assert first.text.count("- **in.jsonl**") == 15
        assert "batch_16" in first.text
        second = await it.screen(pressed(it, "batches_more", "l1", id_="l2"))
        assert second.text.count("- **in.jsonl**") == 2
        assert second.buttons == ()


async def test_one_is_shown_as_a_card(tmp_path):
    async with desk(tmp_path) as it:
        await begun(it)
        assert card(await it.screen(given(it, "batch show", id="batch_0"))).title.startswith(
            "Batch"
        )


async def test_results_are_had_once_it_has_ended(tmp_path):
    async with desk(tmp_path) as it:
        await begun(it)
        with pytest.raises(Refused, match="not ended yet: validating"):
            await it.screen(given(it, "batch results", id="batch_0"))
        carry_out(it.openai.resources, "batch_0", lambda _: said("Hello"))
        screen = await it.screen(given(it, "batch results", id="batch_0"))
        assert [file.name for file in screen.media] == ["in-output.jsonl"]
        assert "**5 of 5** requests were answered." in screen.text


async def test_it_is_cancelled_while_it_runs_and_not_after(tmp_path):
    async with desk(tmp_path) as it:
        await begun(it)
        screen = await it.screen(given(it, "batch cancel", id="batch_0"))
        assert it.openai.resources.batches["batch_0"]["status"] == "cancelling"
        assert "is kept, and paid for" in screen.text
        carry_out(it.openai.resources, "batch_0", lambda _: said("Hello"))
        with pytest.raises(Refused, match="nothing to cancel: the batch is completed"):
            await it.screen(given(it, "batch cancel", id="batch_0"))


async def test_ids_are_suggested_by_name_and_asked_for_once_in_a_while(tmp_path):
    async with desk(tmp_path) as it:
        await begun(it)
        it.openai.calls.clear()
        option = it.services.commands["batch show"].options[0]
        for text in ("in", "IN.J", "batch_", "nothing"):
            found = await option.suggest(Typing(ADA, PLACE, "batch show", "id", text))
            assert [choice.value for choice in found] == ([] if text == "nothing" else ["batch_0"])
            assert all(len(choice.label) <= 75 for choice in found)
        assert len(it.openai.calls) == 1


async def test_all_of_it_is_for_admins(tmp_path):
    async with desk(tmp_path) as it:
        ours = [c for c in it.services.commands.values() if c.name.split()[0].startswith("batch")]
        assert len(ours) == 9
        assert {command.access for command in ours} == {"admin"}


async def test_a_provider_that_is_down_is_told(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(403))
        with pytest.raises(ParleyError, match="403"):
            await it.screen(given(it, "batch list"))
