"""What is suggested while somebody types: never more than they may use."""

from bot.commands import Choice, Command, Commands, Option, Typing
from bot.errors import Refused
from bot.events import Author, Place
from bot.layers import Suggester

PLACE = Place("slack", "T1", "C1")


async def _models(typing):
    return [Choice("gpt-6-luna, the default", f"gpt-6-luna{typing.text}")]


async def _fails(_typing):
    raise Refused("OpenAI cannot be reached.")


SIZE = Option("size", "How large", choices=("Small", "large"))
SUGGESTER = Suggester(
    Commands([
        Command("imagine", "Pictures", None, (SIZE, Option("prompt", "What"))),
        Command("models use", "Choose", None, (Option("model", "Which", suggest=_models),)),
        Command("files", "Files", None, (Option("id", "Which", suggest=_models),), access="admin"),
        Command("jobs", "Jobs", None, (Option("id", "Which", suggest=_fails),)),
    ]),
    {"slack:T1:BOSS"},
)  # fmt: skip


async def suggested(command, option, text="", *, by="slack:T1:ADA"):
    return list(await SUGGESTER(Typing(Author(by), PLACE, command, option, text)))


async def test_choices_are_those_that_hold_what_was_typed():
    assert await suggested("imagine", "size", " sM") == [Choice("Small", "Small")]
    assert len(await suggested("imagine", "size")) == 2


async def test_an_option_suggests_what_it_knows():
    assert (await suggested("models use", "model", "x"))[0].value == "gpt-6-lunax"


async def test_an_admins_command_suggests_to_admins_only():
    assert await suggested("files", "id") == []
    assert await suggested("files", "id", by="slack:T1:BOSS")


async def test_nothing_is_suggested_where_nothing_is_known_or_a_source_fails():
    for command, option in (("imagine", "prompt"), ("imagine", "x"), ("x", "y"), ("jobs", "id")):
        assert await suggested(command, option) == []
