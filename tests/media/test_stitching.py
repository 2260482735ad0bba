"""Pieces of speech as one file."""

from itertools import pairwise

import numpy as np
import pytest

from bot.media.errors import NotSound
from bot.media.stitching import stitch
from tests.media.audio import read, silence, tone, write

RATE = 24_000


def parts(tmp_path, sound, *places):
    edges = [0, *places, sound.size]
    return [
        write(tmp_path / f"{n}", sound[a:b], rate=RATE) for n, (a, b) in enumerate(pairwise(edges))
    ]


def test_what_was_one_sound_is_one_sound_again(tmp_path):
    sound = tone(3, rate=RATE)
    seconds = stitch(parts(tmp_path, sound, 20_011, 50_003), tmp_path / "whole", "wav")
    assert seconds == pytest.approx(3)
    assert np.abs(read(tmp_path / "whole", RATE) - sound).max() < 0.01


def test_where_two_sounds_do_not_meet_there_is_no_click(tmp_path):
    high, low = tone(1.01, rate=RATE)[:-13], -tone(1, 300, rate=RATE)[5:] - 0.2
    paths = [write(tmp_path / str(n), s, rate=RATE) for n, s in enumerate((high, low))]
    seconds = stitch(paths, tmp_path / "whole", "wav")
    sound = read(tmp_path / "whole", RATE)
    assert round(seconds * RATE) == high.size + low.size == sound.size
    steepest = max(np.abs(np.diff(part)).max() for part in (high, low))
    assert np.abs(np.diff(sound)).max() < 1.2 * steepest
    assert np.abs(np.diff(np.concatenate((high, low)))).max() > 5 * steepest
    assert sound[high.size + 200 :] == pytest.approx(low[200:], abs=0.001)


@pytest.mark.parametrize("form", ["opus", "mp3", "flac"])
def test_pieces_of_several_kinds_become_one_of_any(tmp_path, form):
    paths = [
        write(tmp_path / "a", tone(1), container="ogg", codec="libopus"),
        write(
            tmp_path / "b", tone(1, rate=44_100), container="mp3", codec="libmp3lame", rate=44_100
        ),
        write(tmp_path / "c", silence(1)),
    ]
    assert stitch(paths, tmp_path / "whole", form) == pytest.approx(3, abs=0.05)
    assert read(tmp_path / "whole").size / 48_000 == pytest.approx(3, abs=0.1)


def test_short_pieces_and_single_ones_are_whole(tmp_path):
    sound = tone(0.01, rate=RATE)
    paths = parts(tmp_path, sound, 1, 2, 50)
    assert stitch(paths, tmp_path / "whole", "wav") * RATE == pytest.approx(sound.size)
    assert stitch(paths[-1:], tmp_path / "one", "wav") * RATE == pytest.approx(sound.size - 50)


def test_a_piece_that_is_no_sound_is_refused(tmp_path):
    (tmp_path / "text").write_text("no")
    with pytest.raises(NotSound):
        stitch([write(tmp_path / "a", tone(1)), tmp_path / "text"], tmp_path / "whole", "mp3")
