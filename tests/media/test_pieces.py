"""Long recordings, cut where nobody speaks."""

from itertools import pairwise

import numpy as np
import pytest

from bot.media.pieces import BYTES, pieces
from tests.media.audio import noise, read, rms, silence, tone, write

RATE = 16_000
ROOM = {"most_bytes": 25_000_000, "most_seconds": 10}


def cut(path, folder, **limits):
    folder.mkdir(exist_ok=True)
    return list(pieces(path, folder, **(ROOM | limits)))


def spoken(seconds, pauses=(), rate=RATE):
    """Noise, with silence of 0.6 s in the middle of which each pause lies."""
    sound = noise(seconds, rate=rate)
    for pause in pauses:
        sound[int((pause - 0.3) * rate) : int((pause + 0.3) * rate)] = 0
    return sound


def test_it_is_cut_in_the_pauses_and_nothing_is_there_twice(tmp_path):
    pauses = (3.1, 8.2, 16.5, 24.2, 25.4)
    path = write(tmp_path / "a", spoken(30, pauses), rate=RATE)
    found = cut(path, tmp_path / "p")
    assert [piece.start for piece in found] == pytest.approx([0, 8.2, 16.5, 25.4], abs=0.05)
    assert all(before.end == after.start for before, after in pairwise(found))
    assert found[-1].end == pytest.approx(30, abs=0.01)


def test_the_longest_pause_is_where_a_sentence_ends(tmp_path):
    sound = spoken(15, (6, 9))
    sound[int(7.2 * RATE) : int(8.2 * RATE)] = 0
    found = cut(write(tmp_path / "a", sound, rate=RATE), tmp_path / "p")
    assert found[1].start == pytest.approx(7.7, abs=0.05)


def test_where_nobody_pauses_both_pieces_have_what_is_said_there(tmp_path):
    path = write(tmp_path / "a", spoken(40), rate=RATE)
    found = cut(path, tmp_path / "p", overlap=2)
    assert len(found) > 4
    for before, after in pairwise(found):
        assert 1 <= before.end - after.start <= 3  # each ends where it is quietest
        assert before.start < after.start


@pytest.mark.parametrize("pauses", [(), tuple(range(3, 60, 4))])
def test_the_pieces_are_what_was_recorded_at_their_times(tmp_path, pauses):
    steps = np.repeat(np.linspace(0.05, 0.3, 61, dtype=np.float32), RATE)[: 61 * RATE]
    sound = steps * (spoken(61, pauses) != 0)
    path = write(tmp_path / "a", sound * tone(61, loud=2**0.5, rate=RATE), rate=RATE)
    for piece in cut(path, tmp_path / "p"):
        heard = read(piece.path, RATE)
        assert heard.size / RATE == pytest.approx(piece.end - piece.start, abs=0.03)
        part = sound[int(piece.start * RATE) :][: heard.size]
        assert rms(heard[: part.size]) == pytest.approx(rms(part), rel=0.1)


def test_no_piece_is_too_long_or_too_large_or_a_splinter(tmp_path):
    path = write(tmp_path / "a", spoken(80, (9.6, 19.4, 70.05)), rate=RATE)
    for limit in (10, 12.5, 33):
        found = cut(path, tmp_path / "p", most_seconds=60, most_bytes=int(limit * BYTES))
        for piece in found:
            assert 0.4 < piece.end - piece.start <= limit
            assert piece.path.stat().st_size <= limit * BYTES


def test_again_it_makes_the_same_pieces(tmp_path):
    path = write(tmp_path / "a", spoken(45, (8, 17)), rate=RATE)
    once, again = cut(path, tmp_path / "p"), cut(path, tmp_path / "q")
    assert [(p.path.name, p.start, p.end) for p in once] == [
        (p.path.name, p.start, p.end) for p in again
    ]
    assert [piece.path.name for piece in once][:2] == ["0001.ogg", "0002.ogg"]
    for a, b in zip(once, again, strict=True):
        assert np.array_equal(read(a.path), read(b.path))


def test_one_piece_is_made_at_a_time(tmp_path):
    path = write(tmp_path / "a", spoken(45), rate=RATE)
    found = pieces(path, tmp_path, **ROOM)
    next(found)
    assert [p.name for p in tmp_path.glob("*.ogg")] == ["0001.ogg"]
    found.close()


def test_what_fits_is_one_piece(tmp_path):
    for seconds in (0.3, 9.99, 10):
        path = write(tmp_path / "a", spoken(seconds), rate=RATE)
        (only,) = cut(path, tmp_path / "p")
        assert (only.start, only.end) == (0, pytest.approx(seconds))


def test_hours_of_nothing_are_cut_too(tmp_path):
    found = cut(write(tmp_path / "a", silence(60, RATE), rate=RATE), tmp_path / "p")
    assert all(before.end == after.start for before, after in pairwise(found))
    assert found[-1].end == pytest.approx(60)


def test_a_limit_that_nothing_fits_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="need 10"):
        cut(write(tmp_path / "a", silence(1)), tmp_path / "p", most_bytes=1000)


def test_a_pause_at_the_very_end_makes_no_splinter(tmp_path):
    sound = spoken(10.05)
    sound[int(9.6 * RATE) : 10 * RATE] = 0
    *_, last = cut(write(tmp_path / "a", sound, rate=RATE), tmp_path / "p")
    assert last.end - last.start > 0.5


def test_where_it_is_wanted_they_overlap_in_pauses_too(tmp_path):
    sounds = [part for _ in range(6) for part in (noise(5, rate=RATE), silence(1, RATE))]
    path = write(tmp_path / "a", *sounds, rate=RATE)
    found = cut(path, tmp_path / "p", overlap=2, always=True)
    assert all(1 <= before.end - after.start <= 3 for before, after in pairwise(found))
