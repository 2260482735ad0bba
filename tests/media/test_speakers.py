"""Who speaks has one name in all pieces of a recording."""

from pathlib import Path

from bot.media.pieces import Piece
from bot.media.speakers import Sample, known_name, named, samples_of
from bot.openai.transcription_types import Segment, Transcript


def piece(start, end):
    return Piece(Path("p"), start, end)


def said(*turns):
    return Transcript("", segments=[Segment(start, end, "w", who) for who, start, end in turns])


def who(found):
    return [[one.speaker for one in transcript.segments] for transcript in found.transcripts]


PIECES = [piece(0, 100), piece(90, 190), piece(180, 280)]


def test_who_speaks_in_both_pieces_at_the_same_time_is_one_person():
    found = named(
        PIECES,
        [said(("A", 0, 50), ("B", 50, 94), ("A", 94, 100)),
         said(("A", 0, 4), ("B", 4, 60), ("A", 60, 100)),  # B, A, B
         said(("A", 0, 10), ("B", 12, 100))],
    )  # fmt: skip
    assert who(found) == [["A", "B", "A"], ["B", "A", "B"], ["B", "C"]]
    assert found.doubts == [2]


def test_times_may_be_a_little_wrong():
    found = named(
        PIECES[:2],
        [said(("A", 0, 94.4), ("B", 94.4, 100)), said(("A", 0.3, 3.9), ("B", 4, 20))],
    )
    assert who(found) == [["A", "B"], ["A", "B"]]


def test_who_is_known_by_a_sample_keeps_the_name_though_others_speak_at_the_seam():
    found = named(
        PIECES[:2],
        [said(("A", 0, 50), ("B", 50, 100)),
         said((known_name("B"), 0, 20), (known_name("A"), 20, 60), ("A", 60, 100))],
    )  # fmt: skip
    assert who(found) == [["A", "B"], ["B", "A", "C"]]
    assert found.doubts == [1]


def test_two_people_of_one_piece_never_become_one():
    found = named(PIECES[:2], [said(("A", 0, 100)), said(("A", 0, 6), ("B", 6, 10))])
    assert who(found) == [["A"], ["A", "B"]]


def test_what_nobody_said_stays_nobodys_and_one_piece_is_in_no_doubt():
    assert named([piece(0, 9)], [said(("C", 0, 1), ("", 1, 2))]) == (
        [said(("C", 0, 1), ("", 1, 2))], [],
    )  # fmt: skip
    found = named(PIECES[:2], [Transcript("silence"), said(("A", 0, 9))])
    assert who(found) == [[], ["A"]]
    assert found.doubts == []


def test_samples_are_of_those_who_speak_most_and_as_long_as_a_model_takes():
    turns = said(
        ("A", 0, 1), ("B", 1, 30), ("C", 30, 33), ("C", 33, 35.5), ("D", 36, 40), ("E", 40, 45),
        ("F", 45, 51),
    )  # fmt: skip
    assert samples_of(turns) == [
        Sample("B", 1, 11), Sample("F", 45, 51), Sample("C", 30, 33), Sample("E", 40, 45),
    ]  # fmt: skip
    assert samples_of(Transcript("")) == []
