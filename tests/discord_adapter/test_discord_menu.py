"""What stands in Discord's menus, and its limits."""

import json

from hypothesis import given, settings

from adapters.discord.menu import menu
from bot import manifest
from bot.commands import Command, Commands, Option
from bot.events import Attachment
from bot.settings import Settings
from tests.contract import show
from tests.discord_adapter.commands import any_commands
from tests.discord_adapter.conftest import COMMANDS, nothing
from tests.fakes.discord_menu import check_menu


async def none(_typing):
    return ()


def only(*options, **more):
    """The one command with these options."""
    return menu(Commands([Command("draw", "Draw", nothing, options, **more)]))[0]


async def test_all_that_parley_can_do_is_within_discord_s_limits():
    commands = await manifest.commands(Settings(_env_file=None))
    native = menu(Commands([*commands.values(), *show.commands()]))
    check_menu(native)
    assert {"ask", "help", "usage", "Ask Parley"} <= {command["name"] for command in native}


@settings(deadline=None, max_examples=50)
@given(any_commands())
def test_any_commands_make_a_menu_that_discord_takes(commands):
    """As far as they are within bounds themselves: all the words of one are at most 8,000."""
    native = menu(commands)
    shortcuts = {c["name"] for c in native if c["type"] == 3}
    labels = [command.shortcut for command in commands.shortcuts]
    if len(set(labels)) == len(labels):
        check_menu([c for c in native if len(json.dumps(c, ensure_ascii=False)) < 8000])
    assert len(shortcuts) <= 15
    json.dumps(native)


def test_a_group_has_its_commands_and_cannot_be_called_itself():
    native = menu(
        Commands(
            [
                Command("files", "What there is", nothing),
                Command("files show", "Look at one", nothing, (Option("file", "Which"),)),
                Command("usage", "What was used", nothing),
                Command("files list", "All of them", nothing),
            ]
        )
    )
    assert [command["name"] for command in native] == ["files", "usage"]
    files = native[0]
    assert [(o["type"], o["name"]) for o in files["options"]] == [(1, "show"), (1, "list")]
    assert files["description"] == "Files: show, list"
    assert [o["name"] for o in files["options"][0]["options"]] == ["file"]


def test_it_can_be_used_in_servers_and_by_people_and_everywhere():
    for command in menu(COMMANDS):
        assert command["integration_types"] == [0, 1]
        assert command["contexts"] == [0, 1, 2]


def test_what_is_for_admins_is_not_shown_to_everybody():
    assert only(access="admin")["default_member_permissions"] == str(1 << 5)
    assert "default_member_permissions" not in only()


def test_a_group_is_for_admins_where_all_of_it_is():
    def group(*access):
        numbered = enumerate(access)
        return menu(Commands(Command(f"g {n}", "x", nothing, access=a) for n, a in numbered))[0]

    assert "default_member_permissions" in group("admin", "admin")
    assert "default_member_permissions" not in group("admin", "everyone")


def test_the_kinds_of_options():
    kinds = {str: 3, int: 4, bool: 5, float: 10, Attachment: 11}
    native = only(*(Option(f"o{number}", "x", kind) for kind, number in kinds.items()))
    assert [option["type"] for option in native["options"]] == list(kinds.values())


def test_many_choices_and_what_is_suggested_are_asked_for_while_typing():
    few, many = (tuple(map(str, range(number))) for number in (25, 26))
    native = only(Option("a", "x", choices=few), Option("b", "x", choices=many),
                  Option("c", "x", suggest=none))  # fmt: skip
    a, b, c = native["options"]
    assert len(a["choices"]) == 25
    assert (b.get("choices"), b["autocomplete"]) == (None, True)
    assert c["autocomplete"]


def test_required_options_come_first_and_none_is_dropped_for_one_that_is_not():
    options = [Option(f"o{number}", "x") for number in range(30)]
    native = only(*options, Option("needed", "x", required=True))
    assert len(native["options"]) == 25
    assert native["options"][0]["name"] == "needed"


def test_a_long_text_is_not_demanded_in_one_line_but_asked_for_in_a_form():
    assert not only(Option("text", "x", required=True, long=True))["options"][0]["required"]


def test_at_most_fifteen_shortcuts_have_room():
    native = menu(Commands(Command(f"c{n}", "x", nothing, shortcut=f"Do {n}") for n in range(17)))
    assert [c["name"] for c in native if c["type"] == 3] == [f"Do {n}" for n in range(15)]
