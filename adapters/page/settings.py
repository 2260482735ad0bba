"""What an operator can set about the page."""

from typing import Annotated, Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.settings import PlatformSettings, is_loopback


class Settings(PlatformSettings):
    model_config = SettingsConfigDict(env_prefix="PARLEY_")

    page: Literal["on", "off"] = "on"
    page_password: SecretStr | None = None
    page_hosts: Annotated[tuple[str, ...], NoDecode] = ()  # names the page is reached by

    http_host: str = "127.0.0.1"

    @field_validator("page_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @property
    def configured(self) -> bool:
        return self.page == "on" and not self.problem

    @property
    def wanting(self) -> str:
        return self.problem or "Switched off by PARLEY_PAGE=off."

    @property
    def problem(self) -> str:
        """Why a page that is wanted does not run, and what to do; "" where nothing is wrong."""
        if self.page == "off" or self.page_password or is_loopback(self.http_host):
            return ""
        return (
            f"The local page does not run on {self.http_host} without a password, because others "
            "can reach it there: set PARLEY_PAGE_PASSWORD, or PARLEY_PAGE=off."
        )
