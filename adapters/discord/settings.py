"""What an operator sets to have Parley on Discord."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bot.settings import PlatformSettings

_API = "https://discord.com/api/v10"


class Settings(PlatformSettings):
    discord_token: SecretStr | None = None  # from "Bot" in Discord's developer portal
    discord_api_url: str = _API  # another server that speaks Discord's API, or a proxy
    discord_gateway_url: str | None = None  # unset: the one that the API names
    discord_catch_up_hours: float = Field(24, ge=0)  # how far back to read what was missed

    @property
    def configured(self) -> bool:
        return self.discord_token is not None

    @property
    def wanting(self) -> str:
        return "Not set up: it takes DISCORD_TOKEN."

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
