from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.openai.errors import Malformed
from bot.openai.sse import LONGEST, Decoder, Event

STREAM = (
    b"\xef\xbb\xbf: a comment\r\n"
    b"data: one\n\n"
    b"event: error\r\ndata: two\r\ndata:three\r\n\r\n"
    b"event: nothing\r\r"
    b"id: 7\rretry: 10\rdata\rdata:  \xc3\xa9\r\r"
    b": keep-alive\n\n"
    b"data: [DONE]\n\n"
    b"data: cut off"
)
EVENTS = [
    Event("", b"one"),
    Event("error", b"two\nthree"),
    Event("", b"\n \xc3\xa9"),
    Event("", b"[DONE]"),
]


def decoded(pieces, longest=LONGEST):
    decoder = Decoder(longest)
    return [event for piece in pieces for event in decoder.feed(piece)]


def test_a_stream_in_one_piece():
    assert decoded([STREAM]) == EVENTS


@pytest.mark.parametrize("at", range(len(STREAM) + 1))
def test_a_stream_split_at_any_byte_has_the_same_events(at):
    assert decoded([STREAM[:at], b"", STREAM[at:]]) == EVENTS


def test_a_stream_byte_by_byte_has_the_same_events():
    assert decoded(STREAM[i : i + 1] for i in range(len(STREAM))) == EVENTS


def test_an_event_is_there_as_soon_as_its_empty_line_is():
    decoder = Decoder()
    assert decoder.feed(b"data: x\r\n\r") == [Event("", b"x")]
    assert decoder.feed(b"\n") == []


@pytest.mark.parametrize(
    "pieces", [[b"data: " + b"x" * 200], [b"x" * 60] * 4, [b"data: x\n"] * 200]
)
def test_an_event_without_end_is_stopped(pieces):
    with pytest.raises(Malformed):
        decoded(pieces, longest=100)


def test_comments_in_pieces_do_not_add_up_to_an_event():
    decoder = Decoder(longest=100)
    for _ in range(100):
        decoder.feed(b": keep")
        decoder.feed(b"-alive\n")
    assert decoder.feed(b"data: x\n\n") == [Event("", b"x")]


lines = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"data:", b"data: ", b"event:", b":", b"\xef\xbb\xbf"]
)


@settings(deadline=None)
@given(st.lists(lines | st.binary(max_size=5)), st.lists(st.integers(0, 50)))
def test_any_bytes_split_anywhere_are_decoded_alike(parts, cuts):
    stream = b"".join(parts)
    places = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    assert decoded(pieces) == decoded([stream])
