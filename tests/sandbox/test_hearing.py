"""The measure of joined recordings, which has to see what a seam loses."""

import pytest

from bot.openai.transcription_types import Transcript
from tests.sandbox.hearing import made_by_joining

SAID = "the nurse checked his blood pressure and then she went home to sleep"
PIECES = [
    Transcript("the nurse checked his blood pressure and den she"),
    Transcript("blood pressures and then she went home to sleep"),
]


@pytest.mark.parametrize(
    "joined",
    [
        "the nurse checked his blood pressure then she went home to sleep",
        "the nurse checked his blood pressure and and then she went home to sleep",
        "the nurse checked his blood pressure and den she she went home to sleep",
        "the nurse checked his blood",
    ],
)
def test_a_word_that_is_lost_or_doubled_where_pieces_meet_is_seen(joined):
    assert len(made_by_joining(SAID, Transcript(joined), PIECES)) == 1


@pytest.mark.parametrize("joined", [SAID, SAID.replace("then", "den"), SAID.replace("his ", "")])
def test_what_a_piece_misheard_is_its_own_fault(joined):
    pieces = [*PIECES, Transcript("the nurse checked blood pressure")]
    assert made_by_joining(SAID, Transcript(joined), pieces) == []
