"""Any command that Parley could have, within the limits that bot.commands names."""

from hypothesis import strategies as st

from bot.commands import Command, Commands, Option
from bot.events import Attachment
from tests.discord_adapter.conftest import nothing

_NAME = st.sampled_from(("a", "b_2", "prompt", "size", "z" * 32, "voice", "of_what", "number"))
_NAMES = ("a", "a b", "a c", "d", "d e", "f" * 32, f"{'g' * 16} {'h' * 15}")
_HELP = st.sampled_from(("x", "y" * 100, "Ünïcödé 🦊"))
_CHOICES = tuple(tuple(f"{n} {'x' * 70}" for n in range(count)) for count in (0, 2, 25, 26))
_KINDS = st.sampled_from((str, int, float, bool, Attachment))


async def _suggest(_typing):
    return ()


@st.composite
def _option(draw, name):
    kind = draw(_KINDS)
    choices = draw(st.sampled_from(_CHOICES)) if kind is str else ()
    bounds = sorted(draw(st.tuples(*[st.integers(-1000, 1000)] * 2)))
    bounded = kind in {int, float} and draw(st.booleans())
    return Option(
        name,
        draw(_HELP),
        kind,
        required=draw(st.booleans()),
        choices=tuple(choices),
        minimum=bounds[0] if bounded else None,
        maximum=bounds[1] if bounded else None,
        long=kind is str and draw(st.booleans()),
        suggest=_suggest if kind in {str, int, float} and draw(st.booleans()) else None,
    )


@st.composite
def any_command(draw, name=None):
    names = draw(st.lists(_NAME, max_size=7, unique=True))
    return Command(
        name or draw(_NAME),
        draw(_HELP),
        nothing,
        tuple(draw(_option(option)) for option in names),
        access=draw(st.sampled_from(("everyone", "admin"))),
        private=draw(st.booleans()),
        button=draw(st.booleans()),
        shortcut=draw(st.sampled_from(("", "Ask Parley", "S" * 24))),
    )


@st.composite
def any_commands(draw):
    """Some of them in groups."""
    names = draw(st.lists(st.sampled_from(_NAMES), max_size=5, unique=True))
    return Commands(draw(any_command(name)) for name in names)


def any_values():
    """One of each type, as Discord's menu may give it."""
    return st.fixed_dictionaries(
        {
            str: st.text(st.characters(codec="utf-8"), min_size=1, max_size=5000),
            int: st.integers(-(2**53), 2**53),
            float: st.floats(allow_nan=False, allow_infinity=False),
            bool: st.booleans(),
            Attachment: st.just(Attachment("{}", "a.csv")),
        }
    )
