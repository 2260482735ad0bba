"""What an operator can set, by environment or `.env`. A platform's own settings stand beside its
adapter.
"""

import ipaddress
from collections.abc import Mapping
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ParleyError
from bot.provider_settings import (
    CAPABILITIES,
    Address,
    Capability,
    Count,
    Key,
    ProviderSettings,
    plain,
)

Money = Annotated[Decimal | None, Field(ge=0, max_digits=12, decimal_places=6)]


class Environment(BaseSettings):
    """The base of every settings class: from the environment, then from `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class PlatformSettings(Environment):
    """The base of an adapter's Settings: whether its platform runs, and what it takes to."""

    @property
    def configured(self) -> bool:
        raise NotImplementedError

    @property
    def wanting(self) -> str:
        """A sentence that says what to set to have this platform."""
        raise NotImplementedError


class Settings(Environment, ProviderSettings):
    """Names are `PARLEY_` and the field, except the three that every OpenAI tool knows. Those of a
    capability's provider have its name between: PARLEY_SPEECH_BASE_URL.
    """

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_", env_nested_delimiter="_", env_nested_max_split=1
    )

    openai_api_key: Key | None = Field(None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    openai_base_url: Address | None = Field(None, validation_alias=AliasChoices("OPENAI_BASE_URL"))
    openai_org_id: Annotated[str, AfterValidator(plain)] | None = Field(
        None, validation_alias=AliasChoices("OPENAI_ORG_ID")
    )

    openai_admin_key: Key | None = Field(None, validation_alias=AliasChoices("OPENAI_ADMIN_KEY"))

    database_url: str = "sqlite:///parley.db"
    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    page_hosts: Annotated[tuple[str, ...], NoDecode] = ()  # names that browsers reach it by
    admin_password: SecretStr | None = None  # of the admin pages
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    timezone: str = "UTC"  # in which a day and a month of a budget begin
    admins: Annotated[tuple[str, ...], NoDecode] = ()

    catalogue: Path | None = None  # a TOML file that extends or overrides the shipped one
    system_prompt: str = (
        "You are a helpful AI assistant in a team chat, and your name is Parley. "
        "You answer questions correctly and briefly."
    )
    answer_tokens: int = Field(4096, ge=16)  # the most that one answer may take
    context_tokens: int = Field(32_000, ge=256)  # what of a conversation goes along, without a file
    model_roles: Annotated[Mapping[str, tuple[str, ...]], NoDecode] = {}  # who may choose a model
    turns_per_minute: Count = None  # the most that one person may ask
    tools: bool = (
        True  # whether a model may call commands; a question has some 1,200 tokens of them
    )
    tool_asks_above: Money = Decimal("0.05")  # US dollars that a model may spend without asking
    retention_days: Annotated[int | None, Field(ge=1)] = None  # of what was said; unset: for ever
    cache_mb: int = Field(64, ge=0)  # the most that is kept of vectors and verdicts; 0: nothing

    budget_person_day: Money = None  # US dollars; unset: no limit
    budget_person_month: Money = None
    budget_workspace_day: Money = None
    budget_workspace_month: Money = None
    budget_contact: str = "an admin"  # whom to ask for more, in "Ask … if you need more"
    unpriced_call_ceiling: Money = None  # what to reserve for a call whose price is not known

    @field_validator("admins", "page_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("admins")
    @classmethod
    def _prefixed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if ":" not in name:
                raise ValueError(f"{name!r} names no platform; write slack:T1:U2 or discord:123")
        return value

    @field_validator("model_roles", mode="before")
    @classmethod
    def _roles(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split()]
        if not all(model and roles for model, _, roles in pairs):
            raise ValueError("write models with roles, as in gpt-5.5=slack:T1:S9,discord:456 o3*=x")
        return {model: tuple(roles.split(",")) for model, _, roles in pairs}

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone is called {value!r}; try Europe/Berlin") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _sqlite(cls, value: str) -> str:
        if not value.startswith("sqlite:///"):
            raise ValueError("only sqlite:/// is known, as in sqlite:///parley.db")
        return value

    def sandboxed(self, capability: Capability) -> bool:
        """Neither a key nor a server is set for it: the sandbox answers, and costs nothing."""
        own = self.provider(capability)
        return not (own.api_key or own.base_url or self.openai_api_key or self.openai_base_url)

    @property
    def only_sandbox(self) -> bool:
        """Nothing that can be asked costs anything."""
        return all(map(self.sandboxed, CAPABILITIES))

    @property
    def database_path(self) -> Path:
        """`sqlite:///parley.db` is beside the working directory, `sqlite:////var/…` is absolute."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def files(self) -> Path:
        """The folder of what adapters keep that is no text."""
        return Path(f"{self.database_path}.files")


class WrongSetting(ParleyError):
    """A variable has a value that cannot be meant; the sentence names it, never a secret."""


Kind = TypeVar("Kind", bound=Environment)


def load(kind: type[Kind]) -> Kind:
    """The settings of this class. Raises WrongSetting with a sentence a variable."""
    try:
        return kind()
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        lines = (f"{_variable(kind, p['loc'])}: {_said(p['msg'])}" for p in problems)
        raise WrongSetting(". ".join(lines) + ".") from None


def _variable(kind: type[Environment], location: tuple[int | str, ...]) -> str:
    """`PARLEY_SPEECH_FALLBACKS, entry 2`. What stands in an entry may be secret."""
    names = [str(name) for name in takewhile(lambda part: isinstance(part, str), location)]
    known = bool(names) and names[0] in kind.model_fields
    prefix = kind.model_config.get("env_prefix", "") if known else ""
    entries = [f", entry {number + 1}" for number in location if isinstance(number, int)]
    return f"{prefix}{'_'.join(names)}".upper() + "".join(entries)


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
