"""Parley as docs/slack.md sets it up for HTTP, started as people start it."""

import asyncio

import aiohttp

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import SECRET, RequestUrl


async def test_over_http_a_mention_is_answered_in_its_thread(parley, key):
    async with FakeSlack() as slack:
        http = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET, "PARLEY_PAGE": "off"}
        async with parley.running(**key, **(slack.environment | http)) as bot:
            await well(bot)
            slack.socket = RequestUrl(f"{bot.address}/slack/events")
            root = await slack.mention("hello")
            await slack.until(lambda: [p for p in slack.posts() if p.text == "You said: hello"])
            [post] = slack.posts()
            assert post.thread == root
            done = await bot.told_to_leave()
            assert done.status == 0
            assert "Traceback" not in done.err


async def well(bot):
    async with aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{bot.address}/healthz") as health:
                if health.status == 200:
                    return
            await asyncio.sleep(0.02)
