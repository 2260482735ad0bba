"""What `python -m bot doctor` says of Discord, and `python -m bot manifest discord`."""

import re
from pathlib import Path

import discord as native
import pytest
from aiohttp import web

from adapters.discord.connect import check
from adapters.discord.manifest import PERMISSIONS, invitation, manifest, wanted
from adapters.discord.settings import Settings
from bot import manifest as bot_manifest
from bot.ports import Ground
from bot.settings import Settings as BotSettings
from bot.settings import WrongSetting
from tests.discord_adapter.conftest import COMMANDS

DOCS = Path(__file__).parents[2] / "docs" / "discord.md"


@pytest.fixture
def examined(discord, state):
    async def examine(**more):
        variables = {name.lower(): value for name, value in discord.environment.items()} | more
        settings = Settings(_env_file=None, **variables)
        ground = Ground(state=state, http=web.Application(), loopback=True, sandbox=True)
        return {f.sentence: f.mark for f in await check(settings, ground, COMMANDS)}

    return examine


def about(findings, word):
    (sentence,) = [sentence for sentence in findings if word in sentence]
    return findings[sentence], sentence


async def test_where_all_is_well_it_says_so(bot, discord, examined):
    async with bot.running():
        pass
    findings = await examined()
    assert set(findings.values()) == {"ok"}
    assert (
        about(findings, "takes the token")[1] == "Discord takes the token; Parley is Parley there."
    )
    assert "999 of 1000 sessions are left" in about(findings, "sessions")[1]


async def test_a_refused_token_is_told_by_name(examined):
    with pytest.raises(WrongSetting, match="token"):
        await examined(discord_token="wrong.token")


async def test_a_missing_intent_and_what_is_lost_by_it(discord, examined):
    discord.rest.flags = 0
    mark, sentence = about(await examined(), "Message Content intent")
    assert mark == "!!"
    assert "without a mention" in sentence


@pytest.mark.parametrize("flag", [1 << 18, 1 << 19])
async def test_the_intent_is_granted_to_small_bots_and_to_verified_ones(discord, examined, flag):
    discord.rest.flags = flag
    assert about(await examined(), "Message Content intent")[0] == "ok"


@pytest.mark.parametrize(
    ("flag", "name"), [(flag, name) for flag, (name, _) in PERMISSIONS.items()]
)
async def test_each_missing_permission_is_named_with_the_server(discord, examined, flag, name):
    held = wanted()
    held.update(**{flag: False})
    discord.rest.permissions = held.value
    mark, sentence = about(await examined(), "permission")
    assert mark == "!!"
    assert name in sentence
    assert "Office 0" in sentence


async def test_of_many_servers_a_few_are_named(discord, examined):
    discord.store.guilds += [discord.store.new_id() for _ in range(230)]
    held = wanted()
    held.update(embed_links=False)
    discord.rest.permissions = held.value
    _, sentence = about(await examined(), "permission")
    assert sentence.endswith(" and 226 more.")
    assert discord.requests["GET /users/@me/guilds"] == 2


async def test_a_parley_in_no_server_is_told_how_it_gets_into_one(discord, examined):
    discord.store.guilds.clear()
    mark, sentence = about(await examined(), "no server")
    assert (mark, "manifest discord" in sentence) == ("--", True)


async def test_a_menu_that_is_not_ours_is_sent_at_the_next_start(bot, discord, examined, restarted):
    async with bot.running():
        pass
    discord.store.menu = [c for c in discord.store.menu if c["name"] != "help"]
    mark, sentence = about(await examined(), "menu")
    assert (mark, "(help)" in sentence) == ("--", True)
    other = restarted()
    async with other.running():
        pass
    await other.adapter.close()
    assert about(await examined(), "menu")[0] == "ok"


async def test_few_sessions_are_told(discord, examined):
    discord.rest.sessions = 3
    mark, sentence = about(await examined(), "sessions")
    assert (mark, "2.0 h" in sentence) == ("!!", True)


async def test_fewer_shards_than_discord_advises_are_told(discord, examined):
    discord.rest.shards = 4
    mark, sentence = about(await examined(discord_shard_count=2), "advises")
    assert (mark, "DISCORD_SHARD_COUNT is 2" in sentence) == ("--", True)


async def test_a_discord_that_is_ill_is_told(discord, examined):
    discord.refuse_next("GET /applications/@me", 403, 0)
    assert "!!" in (await examined()).values()


async def shown(token=None):
    commands = await bot_manifest.commands(BotSettings(_env_file=None))
    return manifest(Settings(_env_file=None, discord_token=token), commands)


async def test_the_invitation_asks_for_exactly_what_is_needed():
    (link,) = re.findall(r"https://discord.com/oauth2\S+", await shown())
    assert link == invitation("YOUR_APPLICATION_ID")
    assert "scope=bot+applications.commands" in link
    assert int(link.rpartition("=")[2]) == sum(
        native.Permissions(**{flag: True}).value for flag in PERMISSIONS
    )


async def test_the_invitation_is_the_application_s_own_where_the_token_is_known():
    assert "client_id=100000000000000001&" in await shown("MTAwMDAwMDAwMDAwMDAwMDAx.fake.token")
    for strange in ("wrong", "", "é", "////"):
        assert "YOUR_APPLICATION_ID" in await shown(strange)


async def test_the_manifest_says_what_to_tick():
    text = await shown()
    assert "Message Content Intent" in text
    assert "User Install" in text
    for name, what in PERMISSIONS.values():
        assert re.search(rf"{name} +to {what}", text)


async def test_the_guide_tells_what_the_manifest_tells():
    guide = DOCS.read_text()
    assert invitation("YOUR_APPLICATION_ID") in guide
    for name, what in PERMISSIONS.values():
        assert f"| {name} | {what} |" in guide


def test_the_guide_names_every_setting_with_its_default():
    guide = DOCS.read_text()
    for name, field in Settings.model_fields.items():
        assert f"`{name.upper()}`" in guide, name
        if isinstance(field.default, str | int) and name != "discord_api_url":
            assert re.search(rf"`{name.upper()}` \|.*\| `{field.default}`", guide), name


async def test_the_guide_shows_what_the_doctor_says(bot, discord, examined):
    async with bot.running():
        pass
    guide = DOCS.read_text()
    for sentence in await examined():
        start = re.split(r"\d", sentence)[0]
        assert start in guide, sentence
