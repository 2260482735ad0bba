"""Parley from its start to its end, over the page and a fake OpenAI."""

import asyncio
import json

import aiohttp
import psutil
import pytest

from tests.app.process import PATIENCE
from tests.fakes.slack import FakeSlack

MODEL_STARTS = 60.0  # seconds


async def asked(visitor, text, thread):
    """The last answer in the thread, once it is finished."""
    before = len(visitor.answers)
    await visitor.say(text, thread=thread)
    await visitor.until(
        lambda: len(visitor.answers) > before and all(post["done"] for post in visitor.answers)
    )
    return visitor.answers[-1]["text"]


async def test_it_answers_on_the_page_and_remembers_after_a_new_start(parley, openai, key):
    async with parley.running(**key) as bot:
        visitor = await bot.visitor()
        await visitor.open("thread-1")
        assert await asked(visitor, "my name is Ada", "thread-1") == "You said: my name is Ada"
        await visitor.aclose()
        done = await bot.told_to_leave()
        assert (done.status, done.out) == (0, ""), done.err  # after its one line, not a word
        assert "Traceback" not in done.err
    async with parley.running(**key) as bot:
        visitor = await bot.visitor()
        await visitor.open("thread-1")
        assert visitor.answers[0]["text"] == "You said: my name is Ada"
        await asked(visitor, "what is my name?", "thread-1")
        await visitor.aclose()
    said = [message["content"] for message in openai.calls[-1].body["messages"][1:]]
    assert said == ["my name is Ada", "You said: my name is Ada", "what is my name?"]


async def test_its_health_is_told(parley, key):
    async with FakeSlack() as slack:
        wrong = slack.environment | {"SLACK_BOT_TOKEN": "xoxb-hush"}
        async with parley.running(**key, **wrong) as bot, aiohttp.ClientSession() as http:
            status, health = await healthy(http, bot)
            while health["checks"].get("slack") != "Slack refuses SLACK_BOT_TOKEN":
                await asyncio.sleep(0.02)
                status, health = await healthy(http, bot)
            assert (status, health["status"]) == (503, "failing")
            assert health["checks"] == {
                "database": "ok", "page": "ok", "slack": "Slack refuses SLACK_BOT_TOKEN",
            }  # fmt: skip
            done = await bot.told_to_leave()
            assert done.status == 0
            assert "hush" not in done.said


async def healthy(http, bot):
    async with http.get(f"{bot.address}/healthz") as response:
        return response.status, json.loads(await response.text())


@pytest.mark.timeout(120)
async def test_without_a_key_a_small_model_answers_and_dies_with_parley(parley):
    async with parley.running() as bot:
        (sandbox,) = psutil.Process(bot.process.pid).children()
        visitor = await bot.visitor()
        await visitor.open("thread-1")
        await visitor.say("Say hello.", thread="thread-1")
        async with asyncio.timeout(MODEL_STARTS), visitor._news:
            await visitor._news.wait_for(
                lambda: any(p["text"] and p["done"] for p in visitor.answers)
            )
        await visitor.say("I want to hurt someone", thread="thread-1")
        async with asyncio.timeout(MODEL_STARTS), visitor._news:  # the sandbox judges it
            await visitor._news.wait_for(lambda: any(p["notices"] for p in visitor.answers))
        await visitor.aclose()
        bot.process.kill()
        await bot.done()
        _, alive = await asyncio.to_thread(psutil.wait_procs, [sandbox], timeout=PATIENCE)
        assert not alive
