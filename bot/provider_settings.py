"""What an operator can set of the providers: an address, a key, a model, limits, and who is asked
instead.
"""

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import NoDecode

Text = TypeVar("Text", SecretStr, str)
Count = Annotated[int | None, Field(ge=1)]
_URL = TypeAdapter(AnyHttpUrl)


def _address(value: str) -> str:
    try:
        return str(_URL.validate_python(value.strip()))
    except ValidationError:
        raise ValueError("that is no address; https://api.openai.com/v1 is one") from None


def plain(value: Text) -> Text:
    """What can stand in a header."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not (text.strip().isascii() and text.strip().isprintable()):
        raise ValueError("it has characters that no key has; copy it again")
    return value


Address = Annotated[str, AfterValidator(_address)]
Key = Annotated[SecretStr, AfterValidator(plain)]

Capability = Literal[
    "chat", "embeddings", "images", "speech", "transcription", "translation", "moderation", "jobs",
]  # fmt: skip
"""What may have a provider of its own. Files, fine-tuning and batches share their ids, so they are
one: jobs.
"""
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


class Fallback(BaseModel):
    """Who is asked instead. Without an address it is another key of the same provider."""

    model_config = ConfigDict(frozen=True)

    base_url: Address | None = None
    api_key: Key | None = None

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, value: object) -> object:
        if isinstance(value, dict) and value and value.keys() <= cls.model_fields.keys():
            return value
        raise ValueError('it is {"base_url": "https://…", "api_key": "…"}, or one of the two')


class Tier(BaseModel):
    """What a provider allows us, and who is asked where it does not answer. The limits are of each
    model, and hold in each process.
    """

    rpm: Count = None  # requests a minute
    rpd: Count = None  # requests a day
    tpm: Count = None  # tokens a minute
    tpd: Count = None  # tokens a day
    ipm: Count = None  # images a minute
    fallbacks: Json[tuple[Fallback, ...]] | None = None


class Provider(Tier):
    """Of one capability. What is not set is as for all, but the key never goes to an address of
    the capability's own.
    """

    model_config = ConfigDict(frozen=True)

    base_url: Address | None = None
    api_key: Key | None = None
    model: str | None = None


class EmbeddingsProvider(Provider):
    """Who makes vectors, and of which length."""

    dimensions: Count = None  # None: as many as the model has


class ModerationProvider(Provider):
    """Who judges what is said, and what follows from it."""

    mode: Literal["auto", "on", "off"] = "auto"  # auto: where the provider has such an endpoint
    down: Literal["auto", "open", "closed"] = "auto"  # auto: open where the asker alone reads
    kept_days: Annotated[int, Field(ge=1)] = 30  # of scores, never of words


Own = Annotated[Provider, NoDecode]


class ProviderSettings(Tier):
    """Of each capability, and what holds for all of them."""

    chat: Own = Provider()
    embeddings: Annotated[EmbeddingsProvider, NoDecode] = EmbeddingsProvider()
    images: Own = Provider()
    speech: Own = Provider()
    transcription: Own = Provider()
    translation: Own = Provider()
    moderation: Annotated[ModerationProvider, NoDecode] = ModerationProvider()
    jobs: Own = Provider()

    def provider(self, capability: Capability) -> Provider:
        found: Provider = getattr(self, capability)
        return found
