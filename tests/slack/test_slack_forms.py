"""Commands as forms, and forms as values. The views are judged by the SDK's own models."""

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import forms
from adapters.slack.interactions import Submitted
from bot.commands import Choice, Command, Option
from bot.errors import Refused
from bot.events import Attachment, Author, Invocation, Message, Place
from tests.fakes.slack_views import checked, inputs, state
from tests.slack.conftest import nothing

PLACE = Place("slack", "T1", "C1")
FILE = Attachment("T1/F1", "people.csv", "text/csv", 9)
SHARED = {"id": "F1", "name": "people.csv", "mimetype": "text/csv", "size": 9}


async def nobody(_typing):
    return ()


def asked(command, values=(), on=None, of=""):
    return Invocation(
        id="1", place=PLACE, author=Author("slack:T1:U1"), at=1.0, address="http://x/respond",
        command=command.name, values=dict(values), on=on, source=on.source if on else "",
        of=of,
    )  # fmt: skip


def message(text, *attachments):
    return Message(
        id="2", place=PLACE, author=Author("slack:T1:U2"), at=1.0, text=text, source="1.1",
        attachments=attachments,
    )  # fmt: skip


def command(*options, **about):
    return Command("draw", "Draw something", nothing, options, **about)


def element(*options, values=()):
    view = checked(forms.view(command(*options), asked(command(*options), values)))
    return inputs(view)[options[0].name]["element"]


def sent(of, view, values, files=()):
    """The values that come back, and what is wrong with them."""
    form = {"id": "V1", "callback_id": "x", "private_metadata": view["private_metadata"]}
    form["state"] = state(view, values)
    return forms.filled(of, msgspec.convert(form, Submitted), "T1", files)


def test_a_form_says_what_it_is_for():
    view = forms.view(command(Option("prompt", "What to see", required=True)), asked(command()))
    assert checked(view)["title"]["text"] == "/draw"
    assert view["blocks"][0]["text"]["text"] == "Draw something."
    field = view["blocks"][1]
    assert (field["label"]["text"], field["hint"]["text"]) == ("Prompt", "What to see.")
    assert not field["optional"]


def test_a_form_keeps_where_it_was_asked_for():
    about = asked(command(), on=message("hello"), of="delivery0001")
    view = forms.view(command(Option("prompt", "p")), about)
    assert forms.origin(msgspec.convert({"id": "V1", **view}, forms.View)) == forms.Origin(
        PLACE, "http://x/respond", "1.1", on=True, of="delivery0001"
    )


def test_the_form_of_a_button_promises_no_command_that_could_be_typed():
    mask = Option("mask", "Where", Attachment)
    view = checked(forms.view(command(mask, button=True), asked(command())))
    assert view["title"]["text"] == "Draw"
    assert inputs(view)["mask"]["hint"]["text"] == "Where. At most 10 MB."


def test_a_form_of_another_version_is_no_form():
    with pytest.raises(Refused, match="Open it again"):
        forms.origin(forms.View("V1", "draw", "{}"))


def test_a_form_about_a_message_shows_its_beginning():
    shown = command(Option("question", "q", required=True), shortcut="Ask Parley")
    view = checked(forms.view(shown, asked(shown, on=message("word " * 100))))
    assert view["title"]["text"] == "Ask Parley"
    quote = view["blocks"][1]["elements"][0]["text"]
    assert quote.startswith("About: “word word")
    assert quote.endswith("…”")
    assert len(quote) < 250


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (Option("a", "a"), {"type": "plain_text_input", "multiline": False}),
        (Option("a", "a", long=True), {"type": "plain_text_input", "multiline": True}),
        (
            Option("a", "a", int, minimum=1, maximum=10),
            {"type": "number_input", "is_decimal_allowed": False,
             "min_value": "1", "max_value": "10"},
        ),
        (
            Option("a", "a", float, maximum=1e7),
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "10000000"},
        ),
        (Option("a", "a", suggest=nobody), {"type": "external_select", "min_query_length": 0}),
        (
            Option("a", "a", choices=tuple(f"n{n}" for n in range(101))),
            {"type": "external_select", "min_query_length": 0},
        ),
        (Option("a", "a", Attachment), {"type": "file_input", "max_files": 1}),
    ],
)  # fmt: skip
def test_each_kind_of_option_has_its_field(option, expected):
    assert element(option) == {"action_id": "a", **expected}


def test_choices_and_yes_or_no_are_chosen():
    size = element(Option("size", "s", choices=("small", "large")), values={"size": "large"})
    assert [o["value"] for o in size["options"]] == ["small", "large"]
    assert size["initial_option"]["value"] == "large"
    sure = element(Option("sure", "s", bool), values={"sure": False})
    assert [o["text"]["text"] for o in sure["options"]] == ["Yes", "No"]
    assert sure["initial_option"]["text"]["text"] == "No"


def test_a_field_for_a_file_says_how_larger_ones_come():
    view = forms.view(command(Option("file", "What to read", Attachment)), asked(command()))
    hint = "What to read. At most 10 MB; attach a larger one to a message: @Parley draw"
    assert view["blocks"][1]["hint"]["text"] == hint


def test_a_file_that_the_message_has_is_not_asked_for():
    options = (Option("file", "f", Attachment, required=True), Option("how", "h", required=True))
    values = {"file": FILE}
    view = checked(forms.view(command(*options), asked(command(*options), values)))
    assert list(inputs(view)) == ["how"]
    filled = sent(command(*options), view, {"how": "well"}, [FILE])
    assert filled == ({"file": FILE, "how": "well"}, {})


def test_what_is_wrong_is_said_under_its_field():
    options = (Option("number", "n", int, maximum=4), Option("prompt", "p", required=True))
    view = forms.view(command(*options), asked(command(*options), {"prompt": "a fox"}))
    values, errors = sent(command(*options), view, {"number": "5", "prompt": "  "})
    assert values == {}
    assert forms.wrong(errors) == {
        "response_action": "errors",
        "errors": {"number": "number is at most 4; you gave 5.", "prompt": "This is needed."},
    }


def test_what_is_left_empty_has_no_value():
    options = (Option("a", "a"), Option("b", "b", int), Option("c", "c", bool),
               Option("d", "d", Attachment), Option("e", "e", choices=("x",)))  # fmt: skip
    view = forms.view(command(*options), asked(command(*options)))
    assert sent(command(*options), view, {}) == ({}, {})


def test_what_is_offered_fits_slack():
    offered = forms.offered([Choice(f"label {n} " * 20, f"v{n}") for n in range(200)], "x")
    assert len(offered["options"]) == 100
    assert all(len(o["text"]["text"]) <= 75 for o in offered["options"])


def test_what_is_typed_can_be_meant_where_nothing_is_offered():
    (option,) = forms.offered((), "gpt-9")["options"]
    assert (option["text"]["text"], option["value"]) == ("gpt-9", "gpt-9")
    assert forms.offered((), " ") == {"options": []}


names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=32).filter(
    lambda name: name.strip("_")
)
helps = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100)
words = helps.filter(str.strip)
numbers = st.integers(-(10**12), 10**12)


@st.composite
def options(draw):
    """An option, and a value that it takes."""
    name, about, required = draw(names), draw(helps), draw(st.booleans())
    kind = draw(st.sampled_from(["text", "choice", "suggest", "int", "float", "bool", "file"]))
    match kind:
        case "text":
            return Option(name, about, required=required, long=draw(st.booleans())), draw(words)
        case "suggest":
            short = words.map(lambda text: text[:75]).filter(str.strip)
            return Option(name, about, required=required, suggest=nobody), draw(short)
        case "choice":
            text = st.text(string.ascii_letters, min_size=1, max_size=75)
            choices = tuple(draw(st.lists(text, min_size=1, unique=True)))
            option = Option(name, about, required=required, choices=choices)
            return option, draw(st.sampled_from(choices))
        case "bool":
            return Option(name, about, bool, required), draw(st.booleans())
        case "file":
            return Option(name, about, Attachment, required), FILE
    value = draw(numbers if kind == "int" else st.floats(-1e9, 1e9))
    low = draw(st.none() | st.integers(-(10**13), -(10**12)))
    high = draw(st.none() | st.floats(1e12, 1e13))
    return Option(name, about, int if kind == "int" else float, required,
                  minimum=low, maximum=high), value  # fmt: skip


def typed(option, value):
    """As a person fills it in."""
    match value:
        case Attachment():
            return SHARED
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return str(value)
    return value


@given(st.lists(options(), min_size=1, max_size=25, unique_by=lambda pair: pair[0].name))
def test_what_is_filled_in_comes_back_as_it_was_meant(pairs):
    of = command(*(option for option, _ in pairs))
    view = checked(forms.view(of, asked(of)))
    meant = {option.name: value for option, value in pairs}
    filled = {option.name: typed(option, value) for option, value in pairs}
    assert sent(of, view, filled) == (meant, {})


@given(st.lists(options(), min_size=1, max_size=25, unique_by=lambda pair: pair[0].name))
def test_what_was_given_before_stands_in_the_form_and_comes_back(pairs):
    of = command(*(option for option, _ in pairs))
    given_ = {option.name: value for option, value in pairs}
    view = checked(forms.view(of, asked(of, given_)))
    files = [value for value in given_.values() if isinstance(value, Attachment)]
    assert sent(of, view, {}, files) == (given_, {})
