import pytest

from adapters.discord.settings import Settings
from bot.settings import WrongSetting, load


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "DISCORD_API_URL", "DISCORD_GATEWAY_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_token_parley_is_not_on_discord():
    assert not load(Settings).configured


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/api/v10"]
)
def test_the_api_is_named_by_its_host_or_in_full(monkeypatch, url):
    monkeypatch.setenv("DISCORD_API_URL", url)
    assert load(Settings).discord_api_url == "http://127.0.0.1:1/api/v10"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_API_URL", "discord.com"),
        ("DISCORD_GATEWAY_URL", "http://gateway"),
        ("DISCORD_CATCH_UP_HOURS", "-1"),
        ("DISCORD_CATCH_UP_HOURS", "a day"),
    ],
)
def test_a_wrong_value_is_told_by_its_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=name):
        load(Settings)


def test_the_token_is_not_printed(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "secret.token")
    assert "secret" not in repr(load(Settings))
