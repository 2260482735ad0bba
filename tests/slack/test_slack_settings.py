import pytest

from adapters.slack.settings import Settings
from bot.settings import WrongSetting, load


@pytest.fixture
def environ(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch.setenv


def test_without_tokens_slack_does_not_run(environ):
    assert not load(Settings).configured


def test_two_tokens_are_enough(environ):
    environ("SLACK_BOT_TOKEN", "xoxb-test")
    environ("SLACK_APP_TOKEN", "xapp-test")
    assert load(Settings).configured
    assert load(Settings).slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("given", "token", "missing"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-1", "SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xapp-1", "SLACK_BOT_TOKEN"),
    ],
)
def test_one_token_alone_is_refused_with_the_name_of_the_other(environ, given, token, missing):
    environ(given, token)
    with pytest.raises(WrongSetting, match=missing):
        load(Settings)


def test_swapped_tokens_are_told_apart_and_never_printed(environ):
    environ("SLACK_BOT_TOKEN", "xapp-secret")
    environ("SLACK_APP_TOKEN", "xoxb-secret")
    with pytest.raises(WrongSetting) as refused:
        load(Settings)
    assert "SLACK_BOT_TOKEN: the bot token begins with xoxb-" in refused.value.sentence
    assert "SLACK_APP_TOKEN: the app-level token begins with xapp-" in refused.value.sentence
    assert "secret" not in refused.value.sentence


@pytest.mark.parametrize(
    "address", ["http://h:1", "http://h:1/", "http://h:1/api", "http://h:1/api/"]
)
def test_the_address_is_taken_with_and_without_its_end(environ, address):
    environ("SLACK_API_URL", address)
    assert load(Settings).slack_api_url == "http://h:1/api/"


def test_an_address_that_is_none_is_refused(environ):
    environ("SLACK_API_URL", "slack.com")
    with pytest.raises(WrongSetting, match=r"SLACK_API_URL: write an address"):
        load(Settings)
