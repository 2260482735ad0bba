"""Who is asked for what, told by who gets the requests."""

from contextlib import asynccontextmanager, suppress

import pytest
from pydantic import SecretStr

from bot import twin
from bot.openai import catalogue
from bot.openai.chat import Chat, ChatMessage, ChatRequest
from bot.openai.errors import AuthenticationFailed, OpenAIError, QuotaSpent
from bot.openai.limits import Limits
from bot.openai.meter import Free
from bot.openai.models import Models
from bot.provider_settings import CAPABILITIES
from bot.providers import Providers, check_dimensions
from bot.settings import Settings, WrongSetting
from tests.fakes.openai import FakeOpenAI, Fault

SHIPPED = catalogue.load()
ASK = ChatRequest(model="gpt-6-luna", messages=[ChatMessage("user", "hello")])
DRY = Fault(429, "insufficient_quota")


@asynccontextmanager
async def providers_of(sandbox=None, **settings):
    made = Providers(Settings(_env_file=None, **settings), SHIPPED, sandbox)
    try:
        yield made
    finally:
        await made.aclose()


async def key_sent(provider, capability, fake):
    """What this server hears of the key: "" where there is none."""
    calls = len(fake.calls)
    with suppress(OpenAIError):  # it may be a key that the fake does not know
        await Models(provider.transport(capability)).list()
    assert len(fake.calls) == calls + 1
    return fake.calls[-1].headers.get("Authorization", "").removeprefix("Bearer ")


@pytest.fixture
async def ours():
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def theirs():
    async with FakeOpenAI(key="sk-theirs") as fake:
        yield fake


@pytest.fixture
def everywhere(ours):
    """The settings of a provider for all."""
    return {"openai_base_url": ours.url, "openai_api_key": SecretStr("sk-global")}


async def test_what_has_no_provider_of_its_own_shares_that_of_all(everywhere, ours):
    async with providers_of(**everywhere) as providers:
        assert len({providers.transport(name) for name in CAPABILITIES}) == 1
        assert await key_sent(providers, "jobs", ours) == "sk-global"


async def test_the_key_of_all_never_goes_to_an_address_of_a_capabilitys_own(
    everywhere, ours, theirs
):
    async with providers_of(**everywhere, speech={"base_url": theirs.url}) as providers:
        assert not await key_sent(providers, "speech", theirs)
        assert await key_sent(providers, "chat", ours) == "sk-global"


async def test_an_organization_goes_with_its_key_alone(everywhere, ours, theirs):
    own = {"api_key": "sk-own"}
    async with providers_of(**everywhere, openai_org_id="org-1", images=own) as providers:
        await key_sent(providers, "chat", ours)
        assert ours.calls[-1].headers["OpenAI-Organization"] == "org-1"
        assert await key_sent(providers, "images", ours) == "sk-own"
        assert "OpenAI-Organization" not in ours.calls[-1].headers


async def test_a_provider_of_its_own_has_its_own_key(everywhere, theirs):
    own = {"base_url": theirs.url, "api_key": "sk-theirs"}
    async with providers_of(**everywhere, speech=own, images=own) as providers:
        assert await key_sent(providers, "speech", theirs) == "sk-theirs"
        assert providers.transport("speech") is providers.transport("images")


@pytest.mark.parametrize("for_all", [True, False])
async def test_where_our_quota_is_spent_the_next_one_is_asked(ours, theirs, for_all):
    others = {"fallbacks": f'[{{"base_url": "{theirs.url}", "api_key": "sk-theirs"}}]'}
    settings = others if for_all else {"chat": others}
    ours.faults.append(DRY)
    async with providers_of(
        openai_base_url=ours.url, openai_api_key=SecretStr(ours.key), **settings
    ) as providers:
        answer = await Chat(providers.transport("chat"), SHIPPED).complete(ASK, Free())
    assert answer.text == "You said: hello"
    assert (len(ours.calls), len(theirs.calls)) == (1, 1)


async def test_a_fallback_without_an_address_is_another_key_of_the_same_provider(ours):
    ours.faults.append(DRY)
    async with providers_of(
        openai_base_url=ours.url, openai_api_key=SecretStr(ours.key),
        fallbacks='[{"api_key": "sk-second"}]',
    ) as providers:  # fmt: skip
        with pytest.raises(AuthenticationFailed):  # the fake knows one key
            await Chat(providers.transport("chat"), SHIPPED).complete(ASK, Free())
    assert ours.calls[-1].headers["Authorization"] == "Bearer sk-second"


@pytest.mark.parametrize("whose", ["of all", "its own"])
async def test_another_key_goes_where_the_first_one_went(ours, theirs, whose):
    """That of a fallback for all never goes to an address of a capability's own."""
    theirs.faults.append(DRY)
    others = {"fallbacks": '[{"api_key": "sk-second"}]'}
    own = {"base_url": theirs.url, "api_key": "sk-theirs"}
    settings = {"chat": own} | others if whose == "of all" else {"chat": own | others}
    async with providers_of(openai_base_url=ours.url, **settings) as providers:
        with suppress(OpenAIError):
            await Chat(providers.transport("chat"), SHIPPED).complete(ASK, Free())
    keys = [call.headers["Authorization"] for call in (*theirs.calls, *ours.calls)]
    assert keys == ["Bearer sk-theirs", "Bearer sk-second"]
    assert len(ours.calls) == (whose == "of all")


async def test_a_capability_can_do_without_the_fallbacks_of_all(ours, theirs):
    ours.faults.append(DRY)
    others = f'[{{"base_url": "{theirs.url}"}}]'
    async with providers_of(
        openai_base_url=ours.url, openai_api_key=SecretStr(ours.key), fallbacks=others,
        chat={"fallbacks": "[]"},
    ) as providers:  # fmt: skip
        with pytest.raises(QuotaSpent):
            await Chat(providers.transport("chat"), SHIPPED).complete(ASK, Free())
    assert theirs.calls == []


async def test_limits_are_those_of_all_and_each_can_be_another(everywhere):
    async with providers_of(
        **everywhere, rpm=100, tpm=5000, images={"rpm": 7, "ipm": 5}
    ) as providers:
        assert providers._routes["chat"].limits == Limits(rpm=100, tpm=5000)
        assert providers._routes["images"].limits == Limits(rpm=7, tpm=5000, ipm=5)


async def test_a_model_is_the_one_set_else_the_catalogues_else_the_sandboxs(everywhere):
    async with providers_of(**everywhere, speech={"model": "kokoro"}) as providers:
        assert providers.model("speech") == "kokoro"
        assert providers.model("chat") == "gpt-6-luna"
        assert providers.model("jobs") == "gpt-4o-mini-2024-07-18"
    async with providers_of(speech={"model": "tts-1"}) as providers:
        heard = {"subtitles": "whisper-tiny.en"}
        assert providers.models == twin.MODELS | heard | {"speech": "tts-1"}


@pytest.mark.parametrize(
    ("transcribes", "subtitles"),
    [("", "whisper-1"), ("gpt-4o-transcribe", "whisper-1"), ("parakeet", "parakeet")],
)
async def test_a_model_that_makes_no_subtitles_has_another_that_does(
    everywhere, transcribes, subtitles
):
    async with providers_of(**everywhere, transcription={"model": transcribes}) as providers:
        assert providers.model("subtitles") == subtitles


async def test_where_nothing_is_set_the_sandbox_answers_all(ours):
    async with providers_of(sandbox=ours.url) as providers:
        assert {await key_sent(providers, name, ours) for name in CAPABILITIES} == {"sk-sandbox"}


async def test_beside_the_sandbox_a_capability_can_be_real(ours, theirs):
    ours.key = "sk-sandbox"
    fallbacks = f'[{{"base_url": "{theirs.url}"}}]'
    own = {"base_url": theirs.url, "api_key": "sk-theirs"}
    settings = Settings(_env_file=None, chat=own, fallbacks=fallbacks)
    assert not settings.sandboxed("chat")
    assert settings.sandboxed("speech")
    assert not settings.only_sandbox
    async with providers_of(sandbox=ours.url, chat=own, fallbacks=fallbacks) as providers:
        assert await key_sent(providers, "chat", theirs) == "sk-theirs"
        ours.faults.append(DRY)
        with pytest.raises(QuotaSpent):  # what costs nothing falls back on nobody who may charge
            await Chat(providers.transport("moderation"), SHIPPED).complete(ASK, Free())


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_the_catalogue_knows_what_answers_in_the_sandbox_and_that_it_is_free(capability):
    model = SHIPPED.model(twin.MODELS[capability], capability)
    assert model.known
    known = (model.prices, model.minute, model.million_characters)
    assert all(not price or not (price.input or price.output) for price in known)
    assert any(price is not None for price in known)


@pytest.mark.parametrize(
    ("model", "dimensions", "wrong"),
    [
        ("text-embedding-3-small", 1_536, ""),
        ("text-embedding-3-small", 1_537, "dimensions is 1 to 1536 with text-embedding-3-small"),
        ("text-embedding-3-large", 3_072, ""),
        ("text-embedding-3-large", 4_000, "dimensions is 1 to 3072 with text-embedding-3-large"),
        ("text-embedding-ada-002", 256, "text-embedding-ada-002 takes no dimensions"),
        ("somebody-elses", 10, ""),
    ],
)
def test_vectors_of_a_length_that_the_model_does_not_make_end_the_start(model, dimensions, wrong):
    own = {"model": model, "dimensions": dimensions}
    settings = Settings(_env_file=None, openai_api_key="sk", embeddings=own)
    try:
        check_dimensions(settings, SHIPPED)
        told = ""
    except WrongSetting as error:
        told = error.sentence
    assert told.startswith("PARLEY_EMBEDDINGS_DIMENSIONS: " * bool(wrong) + wrong)
    assert bool(told) is bool(wrong)


def test_the_length_of_vectors_is_set_beside_their_model(monkeypatch):
    monkeypatch.setenv("PARLEY_EMBEDDINGS_DIMENSIONS", "256")
    assert Settings(_env_file=None).embeddings.dimensions == 256
