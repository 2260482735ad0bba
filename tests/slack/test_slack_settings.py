import pytest

from adapters.slack.settings import Settings
from bot.settings import WrongSetting, load

BOT = {"SLACK_BOT_TOKEN": "xoxb-1"}
APP = {"SLACK_APP_TOKEN": "xapp-1"}
SIGNED = {"SLACK_SIGNING_SECRET": "8f742231"}
PAIR = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c11e47"}


@pytest.fixture
def environ(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def set_all(variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_all


def test_without_credentials_slack_does_not_run(environ):
    assert not load(Settings).configured
    environ({"SLACK_COMMAND_PREFIX": "parley-", "SLACK_PUBLIC_URL": "https://p.example.com"})
    assert not load(Settings).configured


@pytest.mark.parametrize(
    ("variables", "by_socket"),
    [
        (BOT | APP, True),
        (BOT | SIGNED, False),
        (BOT | APP | SIGNED, True),
        (PAIR | SIGNED, False),
        (PAIR | APP, True),
    ],
)
def test_each_way_to_connect_takes_its_credentials(environ, variables, by_socket):
    environ(variables)
    assert load(Settings).configured
    assert load(Settings).by_socket is by_socket
    assert load(Settings).slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("variables", "add"),
    [
        (BOT, "SLACK_APP_TOKEN"),
        (BOT, "SLACK_SIGNING_SECRET"),
        (APP, "SLACK_BOT_TOKEN"),
        (SIGNED, "SLACK_BOT_TOKEN"),
        (PAIR, "SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2"} | APP, "SLACK_CLIENT_SECRET"),
        ({"SLACK_CLIENT_SECRET": "c"} | APP, "SLACK_CLIENT_ID"),
        (BOT | PAIR | APP, "remove"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_half_of_a_way_is_refused_with_what_to_add(environ, variables, add):
    environ(variables)
    with pytest.raises(WrongSetting) as refused:
        load(Settings)
    assert add in refused.value.sentence
    assert "  " not in refused.value.sentence


def test_swapped_tokens_are_told_apart_and_never_printed(environ):
    environ({
        "SLACK_BOT_TOKEN": "xapp-hush", "SLACK_APP_TOKEN": "xoxb-hush",
        "SLACK_SIGNING_SECRET": "xoxb-hush", "SLACK_APP_CONFIG_TOKEN": "xoxb-hush",
    })  # fmt: skip
    with pytest.raises(WrongSetting) as refused:
        load(Settings)
    assert "SLACK_BOT_TOKEN: the bot token begins with xoxb-" in refused.value.sentence
    assert "SLACK_APP_TOKEN: the app-level token begins with xapp-" in refused.value.sentence
    assert "SLACK_SIGNING_SECRET: this is a token" in refused.value.sentence
    assert "SLACK_APP_CONFIG_TOKEN: the app configuration token" in refused.value.sentence
    assert "hush" not in refused.value.sentence


def test_a_token_that_expires_is_refused_with_the_way_that_renews_it(environ):
    environ({"SLACK_BOT_TOKEN": "xoxe.xoxb-1-hush"} | APP)
    with pytest.raises(WrongSetting, match="SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"):
        load(Settings)


@pytest.mark.parametrize(
    "address", ["http://h:1", "http://h:1/", "http://h:1/api", "http://h:1/api/"]
)
def test_the_address_is_taken_with_and_without_its_end(environ, address):
    environ({"SLACK_API_URL": address})
    assert load(Settings).slack_api_url == "http://h:1/api/"
    assert load(Settings).site == "http://h:1/"


@pytest.mark.parametrize("name", ["SLACK_API_URL", "SLACK_PUBLIC_URL"])
def test_an_address_that_is_none_is_refused(environ, name):
    environ({name: "slack.com"})
    with pytest.raises(WrongSetting, match=f"{name}: write an address"):
        load(Settings)


def test_a_prefix_that_no_command_can_have_is_refused(environ):
    environ({"SLACK_COMMAND_PREFIX": "Par ley"})
    with pytest.raises(WrongSetting, match=r"SLACK_COMMAND_PREFIX: write at most 16 small letters"):
        load(Settings)
