"""What an operator sets to have Parley on Slack, and which way of connecting it means."""

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.settings import PlatformSettings, WrongSetting

EVENTS, INSTALL, REDIRECT = "/slack/events", "/slack/install", "/slack/oauth_redirect"
_PREFIX = re.compile(r"[a-z0-9_-]{0,16}")


class Settings(PlatformSettings):
    """One workspace by a bot token, or many by OAuth; each over Socket Mode or over HTTP."""

    slack_bot_token: SecretStr | None = None  # xoxb-…, from "OAuth & Permissions"
    slack_app_token: SecretStr | None = None  # xapp-…, from "Basic Information"; Socket Mode
    slack_signing_secret: SecretStr | None = None  # from "Basic Information"; HTTP
    slack_admin_token: SecretStr | None = None  # xoxp-…, an admin's; deletes what others wrote
    slack_client_id: str | None = None  # as the signing secret; many workspaces
    slack_client_secret: SecretStr | None = None
    slack_public_url: str = ""  # where Slack and browsers reach us
    slack_command_prefix: str = ""  # of the slash commands: "parley-" makes /parley-usage
    slack_app_config_token: SecretStr | None = None  # xoxe.xoxp-…, twelve hours; for the doctor
    slack_rate_share: float = Field(1.0, gt=0)  # of Slack's limits; of three processes each 0.33
    slack_api_url: str = "https://slack.com/api/"  # another server that speaks Slack's Web API

    @property
    def configured(self) -> bool:
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def wanting(self) -> str:
        return (
            "Not set up: it takes SLACK_BOT_TOKEN and SLACK_APP_TOKEN. docs/slack.md shows how, "
            "and other ways."
        )

    @property
    def pair(self) -> tuple[str, str]:
        """By which the app gets tokens; empty where it is for one workspace."""
        secret = self.slack_client_secret
        return self.slack_client_id or "", secret.get_secret_value() if secret else ""

    @property
    def by_socket(self) -> bool:
        """Else by HTTP. An app in Socket Mode signs nothing, so its token decides."""
        return self.slack_app_token is not None

    @property
    def site(self) -> str:
        """Where Slack's own pages are: beside its API."""
        return self.slack_api_url.removesuffix("api/")

    def reached_at(self, path: str) -> str:
        return (self.slack_public_url or "https://parley.example.com") + path

    @field_validator("slack_bot_token")
    @classmethod
    def _bot(cls, token: SecretStr | None) -> SecretStr | None:
        if token and token.get_secret_value().startswith("xoxe."):
            raise ValueError(
                "this token expires, as the app rotates its tokens; Parley renews them where it "
                "is installed by SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
            )
        return _prefixed(token, "xoxb-", "the bot token")

    @field_validator("slack_app_token")
    @classmethod
    def _app(cls, token: SecretStr | None) -> SecretStr | None:
        return _prefixed(token, "xapp-", "the app-level token")

    @field_validator("slack_admin_token")
    @classmethod
    def _admin(cls, token: SecretStr | None) -> SecretStr | None:
        return _prefixed(token, "xoxp-", "a person's token")

    @field_validator("slack_app_config_token")
    @classmethod
    def _config(cls, token: SecretStr | None) -> SecretStr | None:
        return _prefixed(token, "xoxe.xoxp-", "the app configuration token")

    @field_validator("slack_signing_secret", "slack_client_secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and secret.get_secret_value().startswith(("xoxb-", "xoxe.", "xapp-")):
            raise ValueError("this is a token; the secret stands under Basic Information")
        return secret

    @field_validator("slack_command_prefix")
    @classmethod
    def _short(cls, prefix: str) -> str:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError("write at most 16 small letters, digits, - and _, as in parley-")
        return prefix

    @field_validator("slack_public_url")
    @classmethod
    def _public(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("write an address like https://parley.example.com")
        return url.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not _is_address(url):
            raise ValueError("write an address like https://slack.com/api/")
        return url.rstrip("/") + ("/" if urlsplit(url).path.strip("/") else "/api/")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sentence := self._lacking():
            raise WrongSetting(sentence)
        return self

    def _lacking(self) -> str:
        """What must be added to, or taken from, the credentials; "" where they are a whole."""
        heard = self.slack_app_token or self.slack_signing_secret
        if (self.slack_client_id is None) != (self.slack_client_secret is None):
            missing = "SLACK_CLIENT_SECRET" if self.slack_client_id else "SLACK_CLIENT_ID"
            return f"OAuth takes a pair; set {missing} too (Basic Information)."
        if self.slack_client_id and self.slack_bot_token:
            return (
                "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are "
                "for many; remove the one or the two."
            )
        if self.configured and not heard:
            return (
                "Slack has no way to reach Parley; set SLACK_APP_TOKEN (xapp-…, for Socket Mode), "
                "or SLACK_SIGNING_SECRET (for HTTP)."
            )
        if heard and not self.configured:
            given = "SLACK_APP_TOKEN" if self.slack_app_token else "SLACK_SIGNING_SECRET"
            return (
                f"{given} is not enough; set SLACK_BOT_TOKEN (xoxb-…) too, or for many workspaces "
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
            )
        return ""


def _prefixed(token: SecretStr | None, prefix: str, what: str) -> SecretStr | None:
    if token and not token.get_secret_value().startswith(prefix):
        raise ValueError(f"{what} begins with {prefix}; this one does not")
    return token


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
