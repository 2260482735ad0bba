"""What an operator sets to have Parley on Discord."""

import re
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from bot.settings import PlatformSettings

_API = "https://discord.com/api/v10"
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_CHANNEL = re.compile(r"(\d+):(\w+)")

Mode = Literal["thread", "reply", "channel"]
"""Where the answer to a question in a channel stands: in a thread made from the question, beside it
as a reply, or beside it as a message of its own. The last one makes the channel one conversation.
"""


class Settings(PlatformSettings):
    discord_token: SecretStr | None = None  # from "Bot" in Discord's developer portal
    discord_api_url: str = _API  # another server that speaks Discord's API, or a proxy
    discord_gateway_url: str | None = None  # unset: the one that the API names
    discord_catch_up_hours: float = Field(24, ge=0)  # how far back to read what was missed
    discord_answer_in: Mode = "thread"
    discord_answer_in_channels: Annotated[dict[str, Mode], NoDecode] = Field({})
    discord_shard_count: int | None = Field(None, ge=1)  # of all processes; unset: Discord's advice
    discord_shard_ids: Annotated[tuple[int, ...], NoDecode] = ()  # this process's; unset: all
    discord_requests_per_second: int = Field(45, ge=1)  # of this process; Discord takes 50 of a bot

    @property
    def configured(self) -> bool:
        return self.discord_token is not None

    @property
    def wanting(self) -> str:
        return "Not set up: it takes DISCORD_TOKEN."

    def mode(self, channel: str) -> Mode:
        """Where the answer to a question in this channel stands."""
        return self.discord_answer_in_channels.get(channel, self.discord_answer_in)

    @field_validator("discord_api_url")
    @classmethod
    def _api(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"write an address like {_API}")
        return url.rstrip("/") if parts.path.strip("/") else f"{url.rstrip('/')}/api/v10"

    @field_validator("discord_gateway_url")
    @classmethod
    def _gateway(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "wss://gateway.discord.gg/")
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise ValueError("write an address like wss://gateway.discord.gg/")
        return url

    @field_validator("discord_answer_in_channels", mode="before")
    @classmethod
    def _channels(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        modes = get_args(Mode)
        found = [_CHANNEL.fullmatch(pair) for pair in value.replace(",", " ").split()]
        pairs = [(match[1], match[2]) for match in found if match and match[2] in modes]
        if len(pairs) < len(found):
            raise ValueError("write channel ids with thread, reply or channel, as in 123:reply")
        return dict(pairs)

    @field_validator("discord_shard_ids", mode="before")
    @classmethod
    def _shards(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = [_RANGE.fullmatch(part) for part in value.replace(",", " ").split()]
        if not all(found):
            raise ValueError("write numbers or ranges, as in 0-3 or 4,6")
        ranges = (range(int(match[1]), int(match[2] or match[1]) + 1) for match in found if match)
        return tuple(sorted({shard for numbers in ranges for shard in numbers}))

    @field_validator("discord_shard_ids")
    @classmethod
    def _some_of_all(cls, shards: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count = info.data.get("discord_shard_count")
        if shards and (count is None or shards[-1] >= count):
            raise ValueError(
                "count from 0, and set DISCORD_SHARD_COUNT to the number of shards of all processes"
            )
        return shards
