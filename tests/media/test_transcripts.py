"""Transcripts of overlapping pieces, joined: every word once, at its time."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media.pieces import Piece
from bot.media.transcripts import join
from bot.openai.transcription_types import Segment, Transcript, Word

SOME = ["no", "yes", "Well,", "a", "the", "fox."]
DISTINCT = [f"word{n}" for n in range(300)]


def timed(texts, lengths):
    """Words one after the other, and how long all of it takes."""
    at, words = 0.0, []
    for text, length in zip(texts, lengths, strict=True):
        words.append(Word(at, at + length, text))
        at += length
    return words, at


def windows(total, size, lap):
    """Pieces that overlap."""
    found, start = [], 0.0
    while start + size < total:
        found.append(Piece(Path("p"), start, start + size))
        start += size - lap
    return [*found, Piece(Path("p"), start, total)]


def inside(words, piece):
    """What is heard in a piece: words that are whole in it, at its own times."""
    return [
        Word(word.start - piece.start, word.end - piece.start, word.word)
        for word in words
        if piece.start <= word.start + 1e-9 and word.end <= piece.end + 1e-9
    ]


def texts(words):
    return [word.word for word in words]


@st.composite
def speech(draw, vocabulary):
    said = draw(vocabulary)
    lengths = st.lists(st.floats(0.2, 1), min_size=len(said), max_size=len(said))
    words, total = timed(said, draw(lengths))
    lap = draw(st.floats(2.2, 4))
    return words, windows(total, draw(st.floats(2.5, 5)) * lap, lap)


repeating = st.lists(st.sampled_from(SOME), max_size=120)
different = st.integers(0, len(DISTINCT)).map(lambda n: DISTINCT[:n])


@settings(max_examples=50)
@given(speech(repeating), st.floats(0, 0.05))
def test_words_with_times_are_all_there_once_however_they_repeat(heard, late):
    words, pieces = heard
    answers = []
    for n, piece in enumerate(pieces):
        own = [
            Word(w.start + late * (n % 2), w.end + late * (n % 2), w.word)
            for w in inside(words, piece)
        ]
        answers.append(Transcript(" ".join(texts(own)), words=own))
    joined = join(pieces, answers)
    assert texts(joined.words) == texts(words)
    for found, said in zip(joined.words, words, strict=True):
        assert found.start == pytest.approx(said.start, abs=late + 1e-6)


@settings(max_examples=50)
@given(speech(different))
def test_plain_text_is_joined_by_its_words(heard):
    words, pieces = heard
    answers = [Transcript(" ".join(texts(inside(words, piece)))) for piece in pieces]
    joined = join(pieces, answers)
    assert joined.text.split() == texts(words)
    assert not joined.segments


@settings(max_examples=50)
@given(speech(different), st.integers(1, 9))
def test_segments_are_joined_and_trimmed(heard, size):
    words, pieces = heard
    answers = []
    for piece in pieces:
        own = inside(words, piece)
        groups = [own[n : n + size] for n in range(0, len(own), size)]
        segments = [Segment(g[0].start, g[-1].end, " " + " ".join(texts(g))) for g in groups]
        answers.append(Transcript(" ".join(texts(own)), segments=segments, duration=1))
    joined = join(pieces, answers)
    assert joined.text.split() == texts(words)
    assert " ".join(one.text for one in joined.segments).split() == texts(words)
    assert all(one.start <= one.end for one in joined.segments)
    for before, after in pairwise(joined.segments):
        assert before.start <= after.start + 1
    at = {word.word: word.start for word in words}
    for one in joined.segments:
        assert one.start == pytest.approx(at[one.text.split()[0]], abs=3)


@given(
    st.integers(1, 30), st.integers(4, 12), st.integers(1, 30), st.sampled_from(["uh", "", "ord"])
)
def test_words_that_were_cut_at_the_edge_stand_as_the_other_piece_heard_them(
    before, lap, after, bit
):
    words = DISTINCT[: before + lap + after]
    left, right = words[: before + lap - 1], words[before + 1 :]
    answers = [Transcript(" ".join([*left, bit])), Transcript(" ".join([bit, *right]))]
    assert join([piece(0, 60), piece(56, 120)], answers).text.split() == words


def piece(start, end):
    return Piece(Path("p"), start, end)


def test_pieces_cut_in_a_pause_are_set_side_by_side():
    joined = join(
        [piece(0, 10), piece(10, 20)],
        [Transcript("It was so.", language="en"), Transcript("so it was.", language="en")],
    )
    assert joined.text == "It was so. so it was."
    assert (joined.language, joined.duration) == ("en", 20)


def test_commas_and_capitals_make_no_other_word():
    joined = join(
        [piece(0, 10), piece(8, 20)],
        [Transcript("We saw the quick, brown"), Transcript("Quick brown fox.")],
    )
    assert joined.text == "We saw the quick, brown fox."


def test_languages_without_spaces_are_joined_by_their_letters():
    joined = join(
        [piece(0, 10), piece(8, 20)],
        [Transcript("今日は天気がいい"), Transcript("天気がいいですね。")],
    )
    assert joined.text == "今日は天気がいいですね。"


def test_where_the_pieces_agree_in_nothing_nothing_is_lost_of_plain_text():
    joined = join([piece(0, 10), piece(8, 20)], [Transcript("one two"), Transcript("three four")])
    assert joined.text == "one two three four"


def test_a_piece_without_a_word_takes_none_from_the_others():
    pieces = [piece(0, 10), piece(8, 20), piece(18, 30)]
    last = Transcript("hello there", words=[Word(0.2, 0.5, "hello"), Word(0.6, 0.9, "there")])
    joined = join(pieces, [Transcript("hi", words=[Word(1, 2, "hi")]), Transcript(""), last])
    assert joined.text == "hi hello there"
    assert [(w.start, w.word) for w in joined.words] == [
        (1, "hi"),
        (18.2, "hello"),
        (18.6, "there"),
    ]


def test_speakers_keep_their_names_and_what_is_heard_after_the_end_its_place():
    joined = join(
        [piece(0, 10), piece(10, 14)],
        [
            Transcript("a", segments=[Segment(1, 29, " Hi there.", "A")]),
            Transcript("b", segments=[Segment(0, 3, "Hello.", "B")]),
        ],
    )
    assert joined.segments == (
        Segment(1, 10, " Hi there.", "A"), Segment(10, 13, "Hello.", "B"),
    )  # fmt: skip
    assert joined.text == "Hi there. Hello."


def test_nothing_joined_is_nothing():
    assert join([], []) == Transcript("")


def test_a_transcript_is_missing_for_no_piece():
    with pytest.raises(ValueError, match="shorter"):
        join([piece(0, 1), piece(1, 2)], [Transcript("a")])


def test_the_same_word_again_and_again_is_there_as_often_as_it_was_said():
    said = [Word(n / 5, n / 5 + 0.2, "no") for n in range(100)]
    pieces = [piece(0, 12), piece(10, 20)]
    answers = [Transcript("", words=inside(said, one)) for one in pieces]
    assert len(join(pieces, answers).words) == len(said)


def test_a_phrase_that_comes_again_later_is_no_seam():
    answers = [
        Transcript("one two three four five six"),
        Transcript("five six seven one two three eight"),
    ]
    assert join([piece(0, 10), piece(8, 20)], answers).text == (
        "one two three four five six seven one two three eight"
    )


def test_a_segment_does_not_begin_before_the_one_ahead_of_it_ends():
    answers = [
        Transcript("", segments=[Segment(0, 10, "a" * 40 + " b c")]),
        Transcript("", segments=[Segment(0, 6, "b c d e f g h i")]),
    ]
    before, after = join([piece(0, 10), piece(8, 20)], answers).segments
    assert (before.text.split()[-1], after.text.split()[0]) == ("b", "c")
    assert before.end <= after.start
