"""What an operator sets: read, checked, and never shown where it is secret."""

import os
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from hypothesis import strategies as st

from bot.discovery import platforms
from bot.settings import Settings, WrongSetting, is_loopback, load

KINDS = (Settings, *(kind for _, kind in platforms()))
SECRETS = ("OPENAI_API_KEY", "PARLEY_SPEECH_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN",
           "DISCORD_TOKEN", "PARLEY_PAGE_PASSWORD")  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in tuple(os.environ):
        if name.startswith(("PARLEY_", "OPENAI_", "SLACK_", "DISCORD_")):
            monkeypatch.delenv(name)


def loaded(**environment):
    with patch.dict(os.environ, environment):
        return load(Settings)


def refused(**environment):
    with pytest.raises(WrongSetting) as wrong:
        loaded(**environment)
    return wrong.value.sentence


def test_with_nothing_set_there_are_defaults():
    settings = loaded()
    assert settings.database_path == Path("parley.db")
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.openai_api_key is None


def test_values_are_read_in_their_types():
    settings = loaded(
        OPENAI_API_KEY="sk-1", PARLEY_DATABASE_URL="sqlite:////var/lib/parley.db",
        PARLEY_ADMINS="slack:T1:U2, discord:123 page:owner", PARLEY_BUDGET_PERSON_DAY="0.25",
        PARLEY_CHAT_MODEL="",
    )  # fmt: skip
    assert settings.openai_api_key.get_secret_value() == "sk-1"
    assert settings.database_path == Path("/var/lib/parley.db")
    assert settings.admins == ("slack:T1:U2", "discord:123", "page:owner")
    assert settings.budget_person_day == Decimal("0.25")
    assert settings.chat.model is None  # empty is unset


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PARLEY_ADMINS", "ada", "write slack:T1:U2 or discord:123"),
        ("PARLEY_MODEL_ROLES", "gpt-5.5", "write models with roles, as in gpt-5.5=slack:T1:S9"),
        ("PARLEY_TIMEZONE", "Mars/Olympus", "try Europe/Berlin"),
        ("PARLEY_TIMEZONE", "../etc/passwd", "try Europe/Berlin"),
        ("PARLEY_DATABASE_URL", "postgres://host/db", "only sqlite:/// is known"),
        ("PARLEY_HTTP_PORT", "99999", "65535"),
        ("PARLEY_HTTP_PORT", "eighty", "integer"),
        ("PARLEY_BUDGET_WORKSPACE_MONTH", "NaN", "finite"),
        ("PARLEY_BUDGET_PERSON_DAY", "-1", "greater than or equal to 0"),
        ("PARLEY_ANSWER_TOKENS", "0", "16"),
        ("PARLEY_TURNS_PER_MINUTE", "0", "1"),
        ("PARLEY_CACHE_MB", "-1", "0"),
        ("PARLEY_RPM", "0", "1"),
        ("PARLEY_SPEECH_TPM", "many", "integer"),
        ("PARLEY_FALLBACKS", "https://other", "Invalid JSON"),
        ("PARLEY_SPEECH_FALLBACKS", "{}", "tuple"),
        ("PARLEY_SPEECH", "https://other", "dictionary"),
        *(
            (name, value, "that is no address; https://api.openai.com/v1 is one")
            for name in ("OPENAI_BASE_URL", "PARLEY_SPEECH_BASE_URL")
            for value in (" ", "nonsense", "ftp://x", "http://", "http://[::1")
        ),
        *(
            (name, "sk-\u2026", "has characters that no key has")
            for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "PARLEY_IMAGES_API_KEY")
        ),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_variable(name, value, told):
    sentence = refused(**{name: value})
    assert sentence.startswith(f"{name}: ")
    assert told in sentence


@pytest.mark.parametrize("name", ["PARLEY_FALLBACKS", "PARLEY_SPEECH_FALLBACKS"])
@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('{"base_url": "other"}', "no address"),
        ('{"api_key": "sk-hush\\n"}', ""),
        ('{"api_key": "sk-hush\\u2026"}', "no key"),
        ('{"base_url": "https://a", "sk-hush": "sk-hush"}', "or one of the two"),
        ("{}", "or one of the two"),
        ('"sk-hush"', "or one of the two"),
    ],
)
def test_of_a_list_of_providers_the_wrong_entry_is_told(name, entry, told):
    listed = f'[{{"base_url": "https://a/v1", "api_key": "sk-hush"}}, {entry}]'
    if not told:  # a line break at the end was copied along
        assert loaded(**{name: listed})
        return
    sentence = refused(**{name: listed})
    assert sentence.startswith(f"{name}, entry 2: ")
    assert told in sentence
    assert "hush" not in sentence


def test_each_capability_can_have_a_provider_of_its_own():
    settings = loaded(
        OPENAI_API_KEY="sk-1", PARLEY_CHAT_MODEL="gpt-4o", PARLEY_SPEECH_API_KEY="sk-2",
        PARLEY_SPEECH_BASE_URL="http://127.0.0.1:8880/v1", PARLEY_SPEECH_RPM="60",
        PARLEY_FALLBACKS='[{"base_url": "https://a/v1"}, {"api_key": "sk-3"}]', PARLEY_TPD="9",
        PARLEY_JOBS_FALLBACKS="[]", PARLEY_JOBS_BASE_URL="",
    )  # fmt: skip
    speech = settings.provider("speech")
    assert (speech.base_url, speech.rpm) == ("http://127.0.0.1:8880/v1", 60)
    assert speech.api_key.get_secret_value() == "sk-2"
    assert settings.provider("chat").model == "gpt-4o"
    assert settings.provider("jobs").fallbacks == ()
    assert settings.provider("jobs").base_url is None
    assert [other.base_url for other in settings.fallbacks] == ["https://a/v1", None]
    assert settings.tpd == 9
    assert "sk-" not in repr(settings)


def test_a_file_sets_providers_too(tmp_path):
    file = tmp_path / ".env"
    file.write_text('PARLEY_IMAGES_MODEL=flux\nPARLEY_IMAGES_FALLBACKS=\'[{"api_key": "sk"}]\'\n')
    images = Settings(_env_file=file).provider("images")
    assert (images.model, len(images.fallbacks)) == ("flux", 1)


def test_all_that_is_wrong_is_told_at_once():
    sentence = refused(PARLEY_HTTP_PORT="x", PARLEY_ADMINS="ada")
    assert "PARLEY_HTTP_PORT: " in sentence
    assert "PARLEY_ADMINS: " in sentence


values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
secrets = st.from_regex(r"(xoxb-|xapp-|sk-|)[a-zA-Z0-9]{12,20}", fullmatch=True)


@pace(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(SECRETS), secrets),
    st.dictionaries(
        st.sampled_from(
            ("SLACK_API_URL", "DISCORD_API_URL", "DISCORD_GATEWAY_URL", "OPENAI_BASE_URL",
             "DISCORD_CATCH_UP_HOURS", "PARLEY_HTTP_HOST", "PARLEY_PAGE", "PARLEY_PAGE_HOSTS",
             "PARLEY_ADMINS", "PARLEY_TIMEZONE", "PARLEY_DATABASE_URL", "PARLEY_CATALOGUE",
             "PARLEY_SPEECH_BASE_URL", "PARLEY_FALLBACKS", "PARLEY_IMAGES_FALLBACKS")
        ),
        values,
    ),
)  # fmt: skip
def test_whatever_is_set_no_secret_is_told(secret, other):
    for kind in KINDS:
        with patch.dict(os.environ, secret | other):
            try:
                told = repr(load(kind))
            except WrongSetting as wrong:
                told = f"{wrong.sentence} {wrong!r} {wrong.__context__!r}"
        assert not [value for value in secret.values() if value in told]


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("example.org", False),
     ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host, ours):
    assert is_loopback(host) is ours


def test_who_may_choose_a_model_is_written_as_models_with_roles():
    roles = loaded(PARLEY_MODEL_ROLES="gpt-5.5*=slack:T1:S9,discord:456 o3=page:team").model_roles
    assert roles == {"gpt-5.5*": ("slack:T1:S9", "discord:456"), "o3": ("page:team",)}
