"""What people type, choose and press, as values in their types."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import Command, Commands, Option, button_id, pressed
from bot.errors import Refused
from bot.events import Attachment, Author, Invocation, Message, Place, Stop
from bot.parts import Button

PLACE = Place("slack", "T1", "C1", "1.1")
ADA = Author("slack:T1:ADA", "Ada")
FACTS = {"id": "e1", "place": PLACE, "author": ADA, "at": 1.0}

IMAGINE = Command(
    "imagine",
    "Make a picture",
    None,
    options=(
        Option("prompt", "What to see", required=True),
        Option("size", "How large", choices=("small", "large")),
        Option("number", "How many", int, minimum=1, maximum=4),
        Option("warmth", "How wild", float, minimum=0, maximum=2),
        Option("hidden", "For you alone", bool),
    ),
)
USAGE = Command(
    "usage", "What you used", None, options=(Option("scope", "Whose", choices=("me",)),)
)
COMMANDS = Commands([IMAGINE, USAGE, Command("regenerate", "Anew", None, button=True)])


def said(text):
    return COMMANDS.typed(Message(**FACTS, text=text, source="1.2", addressed=True))


def refused(text):
    with pytest.raises(Refused) as refusal:
        said(text)
    return refusal.value.sentence


words = st.text(st.characters(codec="utf-8", exclude_characters='"'), min_size=1)


@given(
    prompt=words.map(lambda text: " ".join(text.split())).filter(bool),
    given_values=st.fixed_dictionaries(
        {},
        optional={
            "size": st.sampled_from(("small", "large")),
            "number": st.integers(1, 4),
            "warmth": st.floats(0, 2, allow_nan=False),
            "hidden": st.booleans(),
        },
    ),
)
def test_what_is_typed_comes_back_as_it_was_meant(prompt, given_values):
    pairs = [f'prompt:"{prompt}"', *(f"{name}:{value}" for name, value in given_values.items())]
    assert IMAGINE.parse(" ".join(pairs)) == {"prompt": prompt, **given_values}


@given(st.one_of(st.text(), st.from_regex(r'(/?(imagine|usage|prompt:|number:|"| )\S* ?){1,6}')))
def test_nothing_that_is_typed_breaks_it(text):
    for parse in (IMAGINE.parse, USAGE.parse, said):
        with suppress(Refused):
            parse(text)


def test_choices_and_numbers_are_a_word_each_and_what_follows_is_the_next_option():
    options = (
        Option("category", "What", choices=("hate", "violence")),
        Option("from", "From", float),
        Option("note", "Why"),
    )
    policy = Command("policy", "What is done", None, options)
    assert policy.parse("violence 0.8 we are kind here") == {
        "category": "violence", "from": 0.8, "note": "we are kind here",
    }  # fmt: skip
    with pytest.raises(Refused, match="one of hate, violence"):
        policy.parse("anger 0.8")
    assert IMAGINE.parse("2 foxes in the snow") == {"prompt": "2 foxes in the snow"}


def test_a_choice_may_have_its_options_name_before_it():
    voice = Command("voice", "?", None, (Option("mode", "?", choices=("on", "off")),))
    assert voice.parse("mode on") == voice.parse("on") == {"mode": "on"}
    with pytest.raises(Refused):
        voice.parse("mode perhaps")
    film = Command("film", "?", None, (Option("kind", "?"),))
    assert film.parse("kind on") == {"kind": "kind on"}


def test_the_pairs_stand_anywhere_and_the_rest_is_the_first_option():
    values = IMAGINE.parse('a fox number:2 in "deep" snow size:large at 10:30')
    assert values == {"prompt": 'a fox in "deep" snow at 10:30', "number": 2, "size": "large"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/imagine", "`/imagine` needs `prompt`: What to see."),
        ("/imagine fox size:huge", "`size` is one of small, large; you gave “huge”."),
        ("/imagine fox number:9", "`number` is at most 4; you gave 9."),
        ("/imagine fox number:0", "`number` is at least 1; you gave 0."),
        ("/imagine fox number:two", "`number` takes a whole number; you gave “two”."),
        ("/imagine fox number:1.5", "`number` takes a whole number; you gave “1.5”."),
        ("/imagine fox warmth:nan", "`warmth` takes a number; you gave “nan”."),
        ("/imagine fox warmth:1e999", "`warmth` takes a number; you gave “1e999”."),
        ("/imagine fox hidden:maybe", "`hidden` is yes or no; you gave “maybe”."),
        ("/usage scope:me please", "`/usage` does not know what to do with “please”."),
        ("/usgae", "There is no command `/usgae`. Did you mean `/usage`?"),
        ("/xyzzy", "There is no command `/xyzzy`. `/help` lists what there is."),
        ("/regenerate", "`/regenerate` is a button, not a command."),
        ("/", "There is no command `/`. `/help` lists what there is."),
    ],
)
def test_what_cannot_be_meant_is_told_what_is_allowed(text, told):
    assert refused(text) == told


@pytest.mark.parametrize(
    "text", ["/usage me", "usage me", "/usage\nme", "/Usage  scope:me", "/usage\tme"]
)
def test_a_command_is_typed_with_or_without_its_slash(text):
    invocation = said(text)
    assert (invocation.command, invocation.values, invocation.by) == (
        "usage",
        {"scope": "me"},
        "mention",
    )


@pytest.mark.parametrize("text", ["usage is what I wonder about", "regenerate", "hello", ""])
def test_a_sentence_that_begins_like_a_command_is_for_the_model(text):
    assert said(text) is None


def test_an_option_that_nobody_knows_is_refused():
    with pytest.raises(Refused) as refusal:
        USAGE.check({"colour": "red"})
    assert refusal.value.sentence == "`/usage` does not know `colour`; it takes scope."


@pytest.mark.parametrize("raw", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_none_is_refused(raw):
    for kind in (int, float):
        with pytest.raises(Refused):
            Option("n", "A number", kind).check(raw)


ids = st.text(
    st.characters(codec="ascii", categories=("L", "N"), include_characters="-_"), min_size=1
)


@given(ids.filter(lambda name: name != "stop"), ids)
def test_a_button_is_the_command_it_names(command, delivery):
    event = pressed(button_id(Button("Go", command), delivery), source="1.3", **FACTS)
    assert event == Invocation(**FACTS, source="1.3", command=command, by="button", of=delivery)


@given(ids)
def test_the_stop_button_is_a_control(delivery):
    assert pressed(button_id(Button("Stop", "stop"), delivery), **FACTS) == Stop(
        **FACTS, delivery=delivery
    )


@given(st.text())
def test_a_button_of_somebody_else_is_nothing(button):
    assert button.startswith("parley:") or pressed(button, **FACTS) is None


# Groups, files, forms

FILE = Attachment("r", "people.csv", "text/csv")
DESK = Commands([
    Command("files list", "List", None, (Option("purpose", "Which"),)),
    Command("files", "All about files", None, (Option("name", "Which"),)),
    Command("upload", "Upload", None, (Option("file", "What", Attachment, required=True),
                                       Option("purpose", "What for", required=True))),
])  # fmt: skip


def typed(text, *files):
    return DESK.typed(Message(**FACTS, text=text, source="1", attachments=files))


def test_two_words_name_a_command_of_a_group_before_one_names_its_own():
    assert (typed("/files list batch").command, typed("/files list batch").values) == (
        "files list", {"purpose": "batch"},
    )  # fmt: skip
    assert typed("/Files LIST").command == "files list"
    assert (typed("/files mine").command, typed("/files mine").values) == (
        "files", {"name": "mine"},
    )  # fmt: skip


def test_a_file_that_came_with_a_typed_command_goes_to_the_option_that_takes_one():
    assert typed("/upload purpose:batch", FILE).values == {"file": FILE, "purpose": "batch"}
    assert typed("/files mine", FILE).values == {"name": "mine"}


def test_words_are_no_file_and_a_file_is_no_words():
    for text in ("/upload file:x purpose:batch",):
        with pytest.raises(Refused, match="`file` takes a file"):
            typed(text)
    with pytest.raises(Refused, match="`purpose` takes no file"):
        DESK["upload"].check({"file": FILE, "purpose": FILE})


def test_what_is_missing_is_what_a_form_asks_for():
    upload = DESK["upload"]
    assert [option.name for option in upload.missing(upload.parse("", [FILE]))] == ["purpose"]
    assert upload.missing({"file": FILE, "purpose": "batch"}) == ()


def test_the_lines_of_a_long_text_stay():
    assert IMAGINE.parse("a fox\n\nin   snow number:2")["prompt"] == "a fox\n\nin snow"
