"""What an operator sets to have Parley on Slack."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from bot.settings import PlatformSettings


class Settings(PlatformSettings):
    slack_bot_token: SecretStr | None = None  # xoxb-…, from "OAuth & Permissions"
    slack_app_token: SecretStr | None = Field(None, validate_default=True)  # xapp-…, Socket Mode
    slack_api_url: str = "https://slack.com/api/"  # another server that speaks Slack's Web API

    @property
    def configured(self) -> bool:
        return self.slack_bot_token is not None

    @property
    def wanting(self) -> str:
        return "Not set up: it takes SLACK_BOT_TOKEN and SLACK_APP_TOKEN."

    @field_validator("slack_bot_token")
    @classmethod
    def _bot(cls, token: SecretStr | None) -> SecretStr | None:
        return _prefixed(token, "xoxb-", "the bot token")

    @field_validator("slack_app_token")
    @classmethod
    def _app(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if "slack_bot_token" in info.data and (info.data["slack_bot_token"] is None) != (
            token is None
        ):
            missing = "SLACK_APP_TOKEN (xapp-…)" if token is None else "SLACK_BOT_TOKEN (xoxb-…)"
            raise ValueError(f"Slack needs both tokens; set {missing} too, or neither")
        return _prefixed(token, "xapp-", "the app-level token")

    @field_validator("slack_api_url")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write an address like https://slack.com/api/")
        return url.rstrip("/") + ("/" if parts.path.strip("/") else "/api/")


def _prefixed(token: SecretStr | None, prefix: str, what: str) -> SecretStr | None:
    if token and not token.get_secret_value().startswith(prefix):
        raise ValueError(f"{what} begins with {prefix}; this one does not")
    return token
