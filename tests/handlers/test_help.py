import msgspec
import pytest

from bot.commands import Command
from bot.errors import Refused
from bot.events import Author
from tests.handlers.desk import desk


async def test_help_lists_every_command_that_the_asker_may_use_and_no_button(tmp_path):
    async with desk(tmp_path) as it:
        text = (await it.screen(it.pressed("help", ""))).text
        assert "`/help`" in text
        assert "regenerate`" not in text
        assert "mention it" in text


async def test_help_on_a_command_says_what_it_takes(tmp_path):
    async with desk(tmp_path) as it:
        text = (await it.screen(it.pressed("help", "", command="/help"))).text
        assert text == (
            "`/help`: What Parley can do, or how to use one command.\n- `command`: A command's name"
        )


async def test_help_on_an_unknown_command_names_the_nearest(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="Did you mean `/help`"):
            await it.screen(it.pressed("help", "", command="hepl"))


async def test_admin_commands_are_listed_for_admins_only(tmp_path):
    async with desk(tmp_path) as it:
        help_ = it.services.commands["help"]
        it.services.commands["files"] = Command(
            "files", "Files of the API", help_.handler, access="admin"
        )
        run = it.pressed("help", "")
        assert "`/files`" not in (await it.screen(run)).text
        run.event = msgspec.structs.replace(run.event, author=Author("slack:T1:BOSS"))
        assert "`/files`" in (await it.screen(run)).text
