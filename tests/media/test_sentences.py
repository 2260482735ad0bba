"""Texts in pieces that a voice can read one after the other."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.media.sentences import sentences


def squeezed(text):
    return "".join(text.split())


pieces_of_text = st.lists(
    st.sampled_from(
        ["Hello. ", "is, ", "word ", "\n", "\n\n", "é", "👩‍👩‍👧", "🇩🇪", "각", "、", "。", "…”"]
    )
    | st.text(max_size=5)
).map("".join)


@given(pieces_of_text, st.integers(30, 80))
def test_nothing_is_lost_and_no_letter_is_cut(text, most):
    found = sentences(text, most)
    assert squeezed("".join(found)) == squeezed(text)
    assert all(0 < len(piece) <= most and piece == piece.strip() for piece in found)
    whole = {squeezed(g) for g in regex.findall(r"\X", text)}
    if all(len(g) < most for g in regex.findall(r"\X", text)):
        assert {squeezed(g) for piece in found for g in regex.findall(r"\X", piece)} <= whole


def test_a_text_that_fits_is_one_piece():
    assert sentences(" One. Two. ") == ["One. Two."]
    assert sentences(" \n ") == []


def test_it_is_cut_after_paragraphs_then_sentences_clauses_and_words():
    assert sentences("One. Two.\n\nThree. Four.", 20) == ["One. Two.", "Three. Four."]
    assert sentences("One is here. Two is (there!) Three is gone.", 30) == [
        "One is here. Two is (there!)",
        "Three is gone.",
    ]
    assert sentences("first this, then that and so on", 20) == [
        "first this,",
        "then that and so on",
    ]
    assert sentences("one two three four", 9) == ["one two", "three", "four"]
    assert sentences("天気がいい。散歩に行こう。", 8) == ["天気がいい。", "散歩に行こう。"]


def test_a_word_that_is_too_long_is_cut_between_letters():
    assert sentences("👩‍👩‍👧" * 3, 12) == ["👩‍👩‍👧" * 2, "👩‍👩‍👧"]
    assert sentences("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_what_is_just_as_long_as_allowed_is_not_cut():
    assert sentences("a" * 10, 10) == ["a" * 10]
    assert sentences("one two. three", 8) == ["one two.", "three"]
