"""What of a conversation is sent to the model: never more than it takes, and whole turns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.context import Context
from bot.errors import Refused
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat_parts import PicturePart, TextPart
from bot.storage.memory import Turn

SYSTEM = "You are Parley."


def a_model(context, encoding="o200k_base"):
    return Model(id="m", context=context, encoding=encoding)


def turn(model, role, text):
    return Turn(role, text, tokens.count(model, text), "d")


speech = st.lists(st.tuples(st.sampled_from(("user", "assistant")), st.text(max_size=60)))


@settings(deadline=None)  # the first to count loads a vocabulary
@given(
    st.integers(32, 400), st.integers(16, 400), st.sampled_from(("o200k_base", "")), speech,
    st.text(max_size=200),
)  # fmt: skip
def test_the_prompt_and_the_answer_fit_the_window_and_turns_are_whole(
    window, answer, encoding, said, question
):
    model = a_model(window, encoding)
    turns = [turn(model, role, text) for role, text in said]
    try:
        messages = Context(model, SYSTEM, answer).messages(turns, question)
    except Refused:
        return
    assert tokens.prompt(model, messages) + min(answer, window // 4) <= window
    assert (messages[0].role, messages[0].content) == ("system", SYSTEM)
    assert (messages[-1].role, messages[-1].content) == ("user", question)
    kept = [(message.role, message.content) for message in messages[1:-1]]
    assert kept == said[len(said) - len(kept) :]
    assert not kept or kept[0][0] == "user"


@settings(deadline=None)
@given(speech, st.text(max_size=60))
def test_what_fits_is_all_sent_from_the_first_question_on(said, question):
    model = a_model(100_000)
    messages = Context(model, SYSTEM, 100).messages([turn(model, *s) for s in said], question)
    first = next((n for n, (role, _) in enumerate(said) if role == "user"), len(said))
    assert [(m.role, m.content) for m in messages[1:-1]] == said[first:]


def test_a_question_comes_with_its_pictures_and_their_room_is_kept():
    model = a_model(4_000)
    turns = [turn(model, "user", "word " * 300)] * 10
    shown = PicturePart.of(b"a fox", "image/webp")
    *others, asked = Context(model, SYSTEM, 100).messages(turns, "What is it?", [shown])
    assert asked.content == (TextPart("What is it?"), shown)
    assert 2 < len(others) < 11
    assert tokens.prompt(model, [*others, asked]) + 100 <= 4_000


def test_a_question_that_is_too_long_is_told_how_long_it_may_be():
    with pytest.raises(Refused) as refusal:
        Context(a_model(200), SYSTEM, 50).messages([], "word " * 300)
    assert refusal.value.sentence.startswith("That is about 305 tokens, and m takes 1")


def test_a_system_prompt_that_fills_the_window_is_told_to_who_can_change_it():
    with pytest.raises(Refused) as refusal:
        Context(a_model(64), "word " * 100, 50).messages([], "hello")
    assert "PARLEY_SYSTEM_PROMPT" in refusal.value.sentence
