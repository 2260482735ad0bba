"""Files that people sent, as a handler reads them."""

from contextlib import aclosing

import msgspec
import pytest

from bot.errors import Refused
from tests.contract.world import Upload
from tests.discord_adapter.conftest import COMMANDS

LARGE = Upload("report.txt", bytes(range(256)) * 1024)


async def read(bot, file):
    async with aclosing(bot.adapter.open(file)) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def refusal(bot, file):
    with pytest.raises(Refused) as refused:
        await read(bot, file)
    return refused.value.sentence


@pytest.fixture
async def file(bot, discord):
    async with bot.running(COMMANDS):
        await discord.mention("read this", LARGE)
        (event,) = await bot.inbox.holds(1)
    return event.attachments[0]


def moved(file, url):
    reference = msgspec.json.decode(file.reference)
    reference[0] = url
    return msgspec.structs.replace(file, reference=msgspec.json.encode(reference).decode())


async def test_a_file_is_read_as_it_comes(bot, file):
    async with aclosing(bot.adapter.open(file)) as chunks:
        sizes = [len(chunk) async for chunk in chunks]
    assert sum(sizes) == len(LARGE.content)
    assert max(sizes) <= 1 << 16
    assert await read(bot, file) == LARGE.content


async def test_an_address_that_has_expired_is_asked_for_anew(bot, discord, file):
    discord.expire_links()
    assert await read(bot, file) == LARGE.content
    assert discord.requests["GET /channels/*/messages/*"] == 1


async def test_a_file_whose_message_was_deleted_is_gone(bot, discord, file):
    discord.expire_links()
    discord.delete(msgspec.json.decode(file.reference)[3])
    assert "“report.txt” is no longer on Discord" in await refusal(bot, file)


async def test_a_file_that_was_taken_out_of_its_message_is_gone(bot, discord, file):
    _, _, channel, message = msgspec.json.decode(file.reference)
    discord.expire_links()
    discord.store.messages[channel][message]["attachments"] = []
    assert "no longer on Discord" in await refusal(bot, file)


async def test_a_permission_that_is_missing_is_named(bot, discord, file):
    discord.expire_links()
    discord.store.rights.deny(discord.store.general, "read_message_history")
    assert "Read Message History" in await refusal(bot, file)


async def test_of_a_file_that_came_with_a_command_there_is_one_address(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("imagine", "prompt:fox", size=LARGE)
        (event,) = await bot.inbox.holds(1)
    discord.expire_links()
    assert "send it again" in await refusal(bot, event.values["size"])


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/report.txt",
        "http://cdn.discordapp.com/attachments/1/2/report.txt",
        "https://cdn.discordapp.com.example.com/report.txt",
        "https://user@example.com:443@cdn.discordapp.net/x",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "//[",
        "",
    ],
)
async def test_only_discord_s_own_hosts_are_asked(bot, file, url):
    assert await refusal(bot, moved(file, url)) == "“report.txt” is not on Discord."


async def test_a_redirection_is_not_followed(bot, discord, file):
    discord.redirects = "http://169.254.169.254/latest/meta-data"
    assert "did not deliver" in await refusal(bot, file)


async def test_a_server_that_is_out_of_reach_is_told(bot, discord, file):
    await discord.__aexit__()
    assert "did not deliver “report.txt”. Please try again" in await refusal(bot, file)


async def test_a_file_that_breaks_off_is_not_taken_for_a_whole_one(bot, discord, file):
    discord.breaks_off = True
    assert "did not deliver" in await refusal(bot, file)
