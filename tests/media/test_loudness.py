"""The waveform under a voice message."""

from itertools import pairwise

import numpy as np
import pytest

from bot.media.loudness import loudness
from tests.media.audio import noise, rms, silence, tone, write


def bars(path):
    return np.frombuffer(loudness(path).waveform, np.uint8)


@pytest.mark.parametrize("seconds", [0.05, 1, 7.3, 25.6, 25.7, 60, 103])
def test_there_are_ten_bars_a_second_and_never_more_than_256(tmp_path, seconds):
    path = write(tmp_path / "a", tone(seconds, rate=8_000), rate=8_000)
    found = bars(path)
    assert found.size == np.ceil(round(seconds * 10, 3)) or 128 <= found.size <= 256
    assert loudness(path).seconds == pytest.approx(seconds, abs=0.001)
    assert found.min() > 240


@pytest.mark.parametrize("seconds", [5, 90])
def test_it_is_the_rms_of_what_is_heard(tmp_path, seconds):
    envelope = np.abs(np.sin(np.arange(seconds * 8_000) / 8_000 * 1.7)) ** 2
    sound = noise(seconds, rate=8_000) * envelope.astype(np.float32)
    found = bars(write(tmp_path / "a", sound, rate=8_000))
    edges = np.linspace(0, sound.size, found.size + 1).astype(int)
    true = [rms(sound[a:b]) for a, b in pairwise(edges)]
    assert np.corrcoef(true, found)[0, 1] > 0.95
    assert found.max() == 255


def test_a_tone_twice_as_loud_is_a_bar_twice_as_high(tmp_path):
    found = bars(write(tmp_path / "a", tone(1, loud=0.2), tone(1, loud=0.4)))
    assert found[:9].mean() == pytest.approx(127.5, abs=2)
    assert found[11:].mean() == pytest.approx(255, abs=2)


def test_a_noise_that_stays_as_it_is_is_told_from_a_voice(tmp_path):
    voice = noise(5) * np.abs(np.sin(np.arange(5 * 48_000) / 48_000 * 9)).astype(np.float32)
    for name, sound, even in (
        ("hiss", noise(5, loud=0.01), True), ("hum", tone(5, 50.0), True), ("voice", voice, False),
        ("in noise", voice + noise(5, loud=0.01, seed=2), False),
        ("paused", np.concatenate((noise(3), silence(1))), False), ("none", silence(3), False),
    ):  # fmt: skip
        assert loudness(write(tmp_path / name, sound)).even is even, name


def test_silence_is_told_from_a_whisper(tmp_path):
    still = loudness(write(tmp_path / "a", silence(2), noise(1, loud=0.0001)))
    assert still.silent
    assert set(still.waveform) == {0}
    assert not loudness(write(tmp_path / "b", silence(2), noise(1, loud=0.003))).silent
