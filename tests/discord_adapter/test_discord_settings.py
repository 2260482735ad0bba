import pytest

from adapters.discord.settings import Settings
from bot.settings import WrongSetting, load


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


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
        ("DISCORD_ANSWER_IN", "a thread"),
        ("DISCORD_ANSWER_IN_CHANNELS", "123:nowhere"),
        ("DISCORD_ANSWER_IN_CHANNELS", "general:reply"),
        ("DISCORD_SHARD_COUNT", "0"),
        ("DISCORD_SHARD_IDS", "0-3"),  # without a count
        ("DISCORD_SHARD_IDS", "a-b"),
    ],
)
def test_a_wrong_value_is_told_by_its_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=name):
        load(Settings)


def test_the_token_is_not_printed(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "secret.token")
    assert "secret" not in repr(load(Settings))


def test_each_channel_may_have_its_own_place_for_answers(monkeypatch):
    monkeypatch.setenv("DISCORD_ANSWER_IN", "reply")
    monkeypatch.setenv("DISCORD_ANSWER_IN_CHANNELS", "123:thread, 456:channel 789:reply")
    modes = [load(Settings).mode(channel) for channel in ("123", "456", "789", "1")]
    assert modes == ["thread", "channel", "reply", "reply"]


def test_without_a_setting_answers_go_into_threads_and_all_shards_are_ours():
    assert load(Settings).mode("123") == "thread"
    assert (load(Settings).discord_shard_ids, load(Settings).discord_shard_count) == ((), None)


@pytest.mark.parametrize(
    ("ids", "shards"),
    [("0-3", (0, 1, 2, 3)), ("4", (4,)), ("0,2 4-5", (0, 2, 4, 5)), ("3,3,1-2", (1, 2, 3))],
)
def test_the_shards_of_this_process_are_numbers_and_ranges(monkeypatch, ids, shards):
    monkeypatch.setenv("DISCORD_SHARD_COUNT", "6")
    monkeypatch.setenv("DISCORD_SHARD_IDS", ids)
    assert load(Settings).discord_shard_ids == shards


def test_a_shard_beyond_the_count_is_told(monkeypatch):
    monkeypatch.setenv("DISCORD_SHARD_COUNT", "4")
    monkeypatch.setenv("DISCORD_SHARD_IDS", "2-4")
    with pytest.raises(WrongSetting, match="DISCORD_SHARD_COUNT"):
        load(Settings)
