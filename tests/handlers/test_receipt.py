"""The receipt behind an answer."""

import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot import app
from bot.errors import Refused
from bot.events import Place
from bot.layers.noting import noting
from bot.parts import RECEIPT
from bot.screen import Screen
from tests.handlers.desk import desk


@asynccontextmanager
async def noted(path, **settings):
    """A desk whose turns pass the layer that notes."""
    async with desk(path, **settings) as found:
        router = found.router

        class Noting:
            def route(self, event):
                route = router.route(event)
                return replace(route, handler=noting(found.services, route.handler))

        found.router = Noting()
        yield found


async def receipt(desk, of, place=None):
    run = desk.pressed("receipt", of)
    if place:
        run.event = type(run.event)(
            **{name: getattr(run.event, name) for name in run.event.__struct_fields__}
            | {"place": place}
        )
    screen = Screen()
    async for part in desk.reply(run):
        screen.show(part)
    return screen.text


async def test_an_answer_has_a_receipt_with_tokens_cost_memory_and_time(tmp_path):
    async with noted(tmp_path) as desk:
        await desk.say("hello")
        run = desk.asked("and now?", id_="d-second")
        assert RECEIPT in (await desk.screen(run)).buttons
        text = await receipt(desk, "d-second")
    head, line, blank, memory, first, *_ = text.splitlines()
    assert (head, blank) == ("**Receipt**", "")
    assert line.startswith("- chat by `gpt-4o-mini`: $0.0000")
    assert "tokens in, " in line
    sent = r"- tokens sent along: instructions \d+, messages of this thread \d+, question \d+"
    assert re.fullmatch(sent, memory)
    assert first.startswith("- first word after 0.")


async def test_what_was_left_out_is_told(tmp_path):
    async with noted(tmp_path, chat_model="small-4k", catalogue=small(tmp_path)) as desk:
        for _ in range(4):
            await desk.say("word " * 400)
        await desk.screen(desk.asked("and now?", id_="d-last"))
        text = await receipt(desk, "d-last")
    assert re.search(r"- left out, as there was no room: [2-6] older messages", text)


def small(path):
    file = path / "models.toml"
    file.write_text("[models.small-4k]\ncontext = 1_500\nmax_output = 200\n")
    return file


async def test_an_answer_that_was_written_anew_tells_both(tmp_path):
    async with noted(tmp_path) as desk:
        await desk.screen(desk.asked("hello", id_="d-first"))
        await desk.screen(desk.pressed("regenerate", "d-first"))
        text = await receipt(desk, "d-first")
    assert "It was written 2 times, for $0.0000" in text


async def test_the_verdict_of_moderation_is_on_it(tmp_path):
    async with noted(tmp_path) as desk:
        run = desk.asked("hello", id_="d-judged")
        run.verdict = "harmless"
        await desk.screen(run)
        assert "- moderation: nothing found" in await receipt(desk, "d-judged")


@pytest.mark.parametrize("place", [Place("slack", "T1", "C2", "1.1"), Place("slack", "T2", "C1")])
async def test_of_another_place_there_is_none(tmp_path, place):
    async with noted(tmp_path) as desk:
        await desk.screen(desk.asked("hello", id_="d-first"))
        with pytest.raises(Refused, match="no receipt"):
            await receipt(desk, "d-first", place)
        with pytest.raises(Refused, match="no receipt"):
            await receipt(desk, "d-unknown")


async def test_an_unknown_price_is_no_zero_on_it(tmp_path):
    async with noted(tmp_path, chat_model="new-model") as desk:
        await desk.screen(desk.asked("hello", id_="d-first"))
        text = await receipt(desk, "d-first")
    assert "- chat by `new-model`: price not known (" in text


async def test_receipts_of_long_ago_are_forgotten(tmp_path):
    async with noted(tmp_path) as desk:
        await desk.screen(desk.asked("hello", id_="d-first"))
        await desk.services.receipts.prune(4e9)
        with pytest.raises(Refused, match="keeps them for a year"):
            await receipt(desk, "d-first")


async def test_names_are_remembered_as_they_are_now(tmp_path):
    async with noted(tmp_path) as desk:
        await desk.say("hello")
        assert await desk.services.people.names(["slack:T1:ADA"]) == {"slack:T1:ADA": "Ada"}


async def test_it_has_what_the_providers_support_asks_for_and_whether_a_seed_holds(tmp_path):
    async with noted(tmp_path) as desk:
        desk.openai.facts["service_tier"] = "default"
        await desk.screen(desk.asked("hello", id_="d-first"))
        text = await receipt(desk, "d-first")
    assert (
        "- for the provider's support: answer `chatcmpl-req_1`, request `req_1`, made 2026-09-21 "
        "14:13:20 UTC\n"
        "- the model as it was then: `fp_fake`; the same seed needs the same one\n"
        "- service tier: default"
    ) in text


async def test_of_an_answer_with_tools_it_is_the_last_call(tmp_path):
    async with noted(tmp_path) as desk:
        app.layers_of(desk.services)
        desk.openai.tool_calls.append({"help": "{}"})
        desk.openai.answers.extend(["unused", "That."])
        await desk.screen(desk.asked("hello", id_="d-first"))
        text = await receipt(desk, "d-first")
    assert "answer `chatcmpl-req_2`, request `req_2`" in text


async def test_a_server_that_tells_nothing_has_nothing_told_of_it(tmp_path):
    async with noted(tmp_path) as desk:
        desk.openai.facts |= dict.fromkeys(("id", "created", "system_fingerprint"))
        desk.openai.headers["x-request-id"] = ""
        await desk.screen(desk.asked("hello", id_="d-first"))
        text = await receipt(desk, "d-first")
    assert "support" not in text
    assert "seed" not in text
