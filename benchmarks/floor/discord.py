"""The least that a bot on Discord can be: discord.py, no memory, no books, no inbox.

An empty mention gets one post; every other one gets a streamed answer.
"""

import asyncio
import os

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from benchmarks.floor.model import Model, Pace, written


class Floor(discord.Client):
    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, message_content=True),
            max_messages=None,
            shard_id=0,
            shard_count=1,
        )
        self._model = Model()

    async def on_message(self, message: discord.Message) -> None:
        if self.user not in message.mentions:
            return
        channel = message.channel
        posts: dict[str, discord.Message] = {}

        async def post(text: str) -> str:
            posted = await channel.send(text)
            posts[str(posted.id)] = posted
            return str(posted.id)

        async def edit(posted: str, text: str) -> None:
            await posts[posted].edit(content=text)

        question = message.content.partition(">")[2].strip()
        if question:
            await written(self._model.pieces(question), post, edit, Pace())
        else:
            await post("Hello!")


async def main() -> None:
    Route.BASE = f"{os.environ['DISCORD_API_URL']}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    async with Floor() as bot:
        await bot.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    asyncio.run(main())
