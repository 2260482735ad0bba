"""Any sound in one of the six formats of speech."""

import wave

import numpy as np
import pytest

from bot.media.encoding import FORMATS, convert
from bot.media.errors import NotSound
from tests.media.audio import RATE, noise, read, rms, silence, tone, without, write


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "source", silence(1), tone(2), container="webm", codec="libopus")


@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"pcm"}))
def test_each_format_keeps_what_is_heard_and_when(tmp_path, source, form):
    target = tmp_path / "target"
    assert convert(source, target, form) == pytest.approx(3, abs=0.02)
    sound = read(target)
    assert sound.size / RATE == pytest.approx(3, abs=0.1)
    assert rms(sound[: RATE * 8 // 10]) < 0.001
    assert rms(sound[RATE * 12 // 10 : RATE * 28 // 10]) == pytest.approx(0.3 / 2**0.5, rel=0.1)


def test_a_voice_message_is_ogg_opus_mono_48_khz(tmp_path, source):
    convert(source, tmp_path / "a", "opus")
    head = (tmp_path / "a").read_bytes()[:128]
    assert head.startswith(b"OggS")
    begin = head.index(b"OpusHead")
    assert head[begin + 9] == 1
    assert int.from_bytes(head[begin + 12 : begin + 16], "little") == 48_000


def test_pcm_is_24_khz_16_bit_mono_without_a_header(tmp_path, source):
    seconds = convert(source, tmp_path / "a", "pcm")
    assert (tmp_path / "a").stat().st_size == round(seconds * 24_000) * 2


def test_a_wav_says_how_long_it_is(tmp_path, source):
    seconds = convert(source, tmp_path / "a", "wav")
    with wave.open(str(tmp_path / "a")) as wav:
        assert wav.getnframes() == round(seconds * 24_000)


def test_times_stay_true_where_a_recorder_paused(tmp_path):
    whole = write(tmp_path / "whole", noise(4), container="webm", codec="libopus")
    paused = without(whole, tmp_path / "paused", 1, 2, format="webm")
    assert convert(paused, tmp_path / "a", "wav") == pytest.approx(4, abs=0.05)
    sound = read(tmp_path / "a")
    assert rms(sound[RATE * 12 // 10 : RATE * 18 // 10]) < 0.001
    assert rms(sound[RATE * 22 // 10 : RATE * 38 // 10]) > 0.05


def test_a_stream_that_changes_its_kind_on_the_way_is_heard_to_its_end(tmp_path):
    low = write(
        tmp_path / "low", tone(1, rate=22_050), container="mp3", codec="libmp3lame", rate=22_050
    )
    high = write(tmp_path / "high", tone(1), container="mp3", codec="libmp3lame")
    both = tmp_path / "both"
    both.write_bytes(low.read_bytes() + high.read_bytes())
    assert convert(both, tmp_path / "a", "wav") == pytest.approx(2, abs=0.2)


def test_broken_bytes_in_the_middle_are_passed_over(tmp_path):
    path = write(tmp_path / "a.mp3", noise(4), container="mp3", codec="libmp3lame")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500] = np.random.default_rng(1).bytes(500)
    path.write_bytes(content)
    assert convert(path, tmp_path / "b", "opus") == pytest.approx(4, abs=0.3)


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "a").write_text("notes")
    with pytest.raises(NotSound):
        convert(tmp_path / "a", tmp_path / "b", "mp3")
