"""What of a conversation is sent to the model: never more than it takes, whole turns, and the same
beginning for as long as can be.
"""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.context import BEFORE, PASSAGES, PINNED, Context, Material
from bot.conversation.passages import Passage
from bot.errors import Refused
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat_parts import PicturePart, TextPart
from bot.storage.memory import Turn
from bot.storage.summaries import Summary

SYSTEM = "You are Parley."
PLENTY = 10_000_000


def a_model(context, encoding="o200k_base"):
    return Model(id="m", context=context, encoding=encoding)


def turn(model, role, text):
    return Turn(role, text, tokens.count(model, text), "d")


def summary(model, text):
    return Summary(text, tokens.count(model, text))


def built(model, question, *, answer=100, budget=PLENTY, **material):
    return Context(model, answer, budget).build(Material(question, SYSTEM, **material))


def said(messages):
    return [(message.role, message.content) for message in messages]


words = st.text(max_size=60)
speech = st.lists(st.tuples(st.sampled_from(("user", "assistant")), words))


@settings(deadline=None)  # the first to count loads a vocabulary
@given(
    window=st.integers(32, 600), answer=st.integers(16, 400), budget=st.integers(16, 800),
    encoding=st.sampled_from(("o200k_base", "")), spoken=speech, pins=st.lists(words, max_size=4),
    short=st.lists(words, max_size=4), found=st.lists(words, max_size=4),
    question=st.text(max_size=200),
)  # fmt: skip
def test_the_prompt_and_the_answer_fit_the_window_and_turns_are_whole(
    *, window, answer, budget, encoding, spoken, pins, short, found, question
):
    model = a_model(window, encoding)
    material = {
        "pins": pins, "summaries": [summary(model, text) for text in short],
        "passages": [Passage(text, "there") for text in found],
        "turns": [turn(model, role, text) for role, text in spoken],
    }  # fmt: skip
    try:
        it = built(model, question, answer=answer, budget=budget, **material)
    except Refused:
        return
    assert tokens.prompt(model, it.messages) + min(answer, window // 4) <= window
    assert it.messages[0].content.startswith(SYSTEM)
    assert it.messages[-1].role == "user"
    assert it.messages[-1].content.endswith(question)
    kept = said(it.messages[1:-1])
    assert kept == spoken[len(spoken) - len(kept) :]
    assert not kept or kept[0][0] == "user"
    assert it.left_out["turns"] == len(spoken) - len(kept)


@settings(deadline=None)
@given(speech, words)
def test_what_fits_is_all_sent_from_the_first_question_on(spoken, question):
    model = a_model(100_000)
    it = built(model, question, turns=[turn(model, *one) for one in spoken])
    first = next((n for n, (role, _) in enumerate(spoken) if role == "user"), len(spoken))
    assert said(it.messages[1:-1]) == spoken[first:]


def test_its_order_is_from_what_hardly_changes_to_what_is_new():
    model = a_model(8_000)
    it = built(
        model, "Now?", pins=["It is May", "We are blue"], turns=[turn(model, "user", "Hi")],
        summaries=[summary(model, "first"), summary(model, "second")],
        passages=[Passage("a\nb", "Thread of Tuesday"), Passage("c")],
    )  # fmt: skip
    assert said(it.messages) == [
        (
            "system",
            f"{SYSTEM}\n\n{PINNED}\n- It is May\n- We are blue\n\n{BEFORE}\n\nfirst\n\nsecond",
        ),
        ("user", "Hi"),
        ("user", f"{PASSAGES}\n\nThread of Tuesday:\n> a\n> b\n\n> c\n\n---\n\nNow?"),
    ]
    assert {name for name, size in it.used.items() if size} == {
        "instructions", "pinned", "summary", "turns", "recalled", "question",
    }  # fmt: skip


def test_each_section_keeps_to_its_share_of_the_budget():
    model, long = a_model(100_000), "word " * 100
    context = Context(model, 100, 4_000)
    it = context.build(
        Material(
            "Now?", SYSTEM, pins=[long] * 20, turns=[turn(model, "user", long)] * 50,
            summaries=[summary(model, long)] * 20, passages=[Passage(long)] * 20,
        )
    )  # fmt: skip
    for section in ("pinned", "summary", "recalled", "turns"):
        assert 0 < it.used[section] <= context.share(section)
        assert it.left_out[section] > 0
    assert it.long
    assert tokens.prompt(model, it.messages) < 4_000


def test_of_summaries_the_newest_are_sent_and_of_pins_the_first():
    model, long = a_model(100_000), "word " * 80
    summaries = [summary(model, f"{long} {number}") for number in range(9)]
    it = built(model, "?", budget=2_000, summaries=summaries,
               pins=[f"{number} {long}" for number in range(9)])  # fmt: skip
    system = it.messages[0].content
    assert system.endswith("8")
    assert "- 0 word" in system
    assert (it.left_out["summary"], it.left_out["pinned"]) == (6, 7)


def test_a_question_comes_with_its_pictures_and_their_room_is_kept():
    model = a_model(4_000)
    shown = PicturePart.of(b"a fox", "image/webp")
    it = built(model, "What is it?", turns=[turn(model, "user", "word " * 300)] * 10,
               pictures=[shown])  # fmt: skip
    *others, asked = it.messages
    assert asked.content == (TextPart("What is it?"), shown)
    assert 2 < len(others) < 11
    assert tokens.prompt(model, [*others, asked]) + 100 <= 4_000


def test_the_last_exchange_may_take_more_than_the_share_of_turns():
    model = a_model(8_000)
    turns = [turn(model, "user", "short")] * 3
    turns += [turn(model, "user", "word " * 2_500), turn(model, "assistant", "word " * 2_500)]
    it = built(model, "Shorten it", turns=turns)
    assert [message.role for message in it.messages] == ["system", "user", "assistant", "user"]
    assert it.used["turns"] > Context(model, 100, PLENTY).share("turns")
    turns += [turn(model, "user", "word " * 8_000)]
    assert len(built(model, "Shorten it", turns=turns).messages) == 2


def test_a_long_question_may_be_longer_than_the_budget_where_the_window_has_room():
    it = built(a_model(100_000), "word " * 5_000, budget=1_000)
    assert it.used["question"] > 5_000


def test_a_question_that_is_too_long_is_told_how_long_it_may_be():
    with pytest.raises(Refused) as refusal:
        built(a_model(200), "word " * 300, answer=50)
    assert refusal.value.sentence.startswith("That is about 305 tokens, and m takes 1")


def test_a_system_prompt_that_fills_the_window_is_told_to_who_can_change_it():
    with pytest.raises(Refused) as refusal:
        Context(a_model(64), 50, PLENTY).build(Material("hello", "word " * 100))
    assert "PARLEY_SYSTEM_PROMPT" in refusal.value.sentence


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 60), min_size=60, max_size=60))
def test_turns_are_left_out_in_blocks_so_that_the_beginning_stays_for_many_turns(sizes):
    """Each turn that is left out alone would be a prompt that no cache knows."""
    model = a_model(100_000)
    context = Context(model, 100, 2_000)
    turns, begins = [], []
    for number, size in enumerate(sizes):
        it = context.build(Material(f"question {number}", SYSTEM, turns=turns))
        begins.append(it.messages[1].content if turns else "")
        asked, answered = f"question {number}", "word " * size
        turns += [turn(model, "user", asked), turn(model, "assistant", answered)]
    moved = sum(one != other for one, other in pairwise(begins)) - 1
    spoken = sum(one.tokens + 4 for one in turns)
    assert moved <= spoken / (context.share("turns") / 2)
