"""The least that a bot on Slack can be: Bolt, one session, no memory, no books, no inbox.

An empty mention gets one post; every other one gets a streamed answer.
"""

import asyncio
import os
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.floor.model import Model, Pace, written


async def main() -> None:
    url, token = os.environ["SLACK_API_URL"], os.environ["SLACK_BOT_TOKEN"]
    web = AsyncWebClient(token, base_url=url, session=aiohttp.ClientSession())
    app = AsyncApp(client=web)
    model, pace = Model(), Pace()  # Slack counts the edits of a workspace together

    @app.event("message")
    async def pass_over() -> None: ...

    @app.event("app_mention")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        channel, thread = event["channel"], event.get("thread_ts") or event["ts"]

        async def post(text: str) -> str:
            posted = await client.chat_postMessage(channel=channel, thread_ts=thread, text=text)
            return str(posted["ts"])

        async def edit(posted: str, text: str) -> None:
            await client.chat_update(channel=channel, ts=posted, text=text)

        question = event["text"].partition(">")[2].strip()
        if question:
            await written(model.pieces(question), post, edit, pace)
        else:
            await post("Hello!")

    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()


if __name__ == "__main__":
    asyncio.run(main())
