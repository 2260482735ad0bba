"""What Parley changes of discord.py itself. These are globals, so one process speaks with one
Discord.
"""

import logging

import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.settings import Settings


class Backoff(ExponentialBackoff[bool]):
    """discord.py's own goes up to 17 minutes."""

    longest = 30.0  # seconds between attempts to connect again

    def delay(self) -> float:
        return min(super().delay(), self.longest)


def prepare(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    discord.shard.ExponentialBackoff = Backoff  # type: ignore[attr-defined,assignment]
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # Parley does not call
    logging.getLogger("discord.shard").addFilter(_one_line)


def _one_line(record: logging.LogRecord) -> bool:
    """A connection that fails is no reason for a traceback."""
    if record.exc_info:
        record.msg = f"{record.getMessage()}: {record.exc_info[1]!r}"
        record.args = record.exc_info = None
    return True
