"""What a file is, by its content and not by its name."""

import wave

import av
import pytest

from bot.errors import Refused
from bot.media.errors import NotSound
from bot.media.probing import probe
from tests.media.audio import noise, tone, without, write

KINDS = [
    ("mp3", "libmp3lame", 44_100, "mp3"),
    ("ogg", "libopus", 48_000, "ogg"),
    ("webm", "libopus", 48_000, "webm"),
    ("matroska", "libopus", 48_000, "webm"),
    ("mp4", "aac", 44_100, "m4a"),
    ("flac", "flac", 24_000, "flac"),
    ("wav", "pcm_s16le", 8_000, "wav"),
    ("adts", "aac", 44_100, ""),
    ("aiff", "pcm_s16be", 44_100, ""),
    ("au", "pcm_s16be", 8_000, ""),
    ("caf", "pcm_s16le", 44_100, ""),
    ("avi", "libmp3lame", 44_100, ""),
    ("mpegts", "aac", 44_100, ""),
    ("flv", "aac", 44_100, ""),
]


@pytest.mark.parametrize(("container", "codec", "rate", "ending"), KINDS)
def test_every_kind_tells_how_long_it_is_and_whether_the_api_takes_it(
    tmp_path, container, codec, rate, ending
):
    path = write(
        tmp_path / "wrong.jpg", tone(3.2, rate=rate), container=container, codec=codec, rate=rate
    )
    sound = probe(path)
    assert sound.seconds == pytest.approx(3.2, abs=0.15)
    assert (sound.ending, sound.video, sound.size) == (ending, False, path.stat().st_size)


def test_a_recording_of_a_browser_has_its_true_length_without_a_header_that_says_so(tmp_path):
    whole = write(tmp_path / "whole", tone(4), container="webm", codec="libopus")
    live = tmp_path / "live.webm"
    options = {"live": "1"}  # as MediaRecorder: nobody goes back to write the duration
    without(whole, live, 0, 0, format="webm", container_options=options)
    with av.open(str(live)) as file:
        assert file.duration is None
    assert probe(live).seconds == pytest.approx(4, abs=0.05)


def test_what_was_left_out_of_a_recording_counts_as_silence(tmp_path):
    whole = write(tmp_path / "whole", noise(4), container="webm", codec="libopus")
    gaps = without(whole, tmp_path / "gaps", 1, 2, format="webm")
    assert probe(gaps).seconds == pytest.approx(4, abs=0.05)


def test_a_wav_that_was_streamed_has_no_length_and_is_measured(tmp_path):
    path = write(tmp_path / "a.wav", tone(2, rate=24_000), rate=24_000)
    content = bytearray(path.read_bytes())
    size = content.index(b"data") + 4
    content[size : size + 4] = content[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    with wave.open(str(path)) as header:
        assert header.getnframes() > 24_000 * 1000
    assert probe(path).seconds == pytest.approx(2, abs=0.01)


def test_what_was_cut_short_is_as_long_as_what_is_left(tmp_path):
    path = write(tmp_path / "a.mp3", noise(4), container="mp3", codec="libmp3lame")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert probe(path).seconds == pytest.approx(2, abs=0.2)


def test_a_video_is_told_from_a_recording_and_converted(tmp_path):
    path = write(tmp_path / "a", tone(1), container="mp4", codec="aac", pictures=True)
    sound = probe(path)
    assert sound.video
    assert not sound.ending


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(NotSound) as refused:
        probe(path)
    assert isinstance(refused.value, Refused)
    return refused.value.sentence


def test_text_under_another_name_is_called_text(tmp_path):
    assert "is text" in refusal(tmp_path / "a.mp3", b"Dear all,\nhere are the notes.\n" * 100)
    assert "is text" in refusal(tmp_path / "b.mp3", ("ä" * 600).encode())


def test_an_empty_file_is_called_empty(tmp_path):
    assert "is empty" in refusal(tmp_path / "a.mp3", b"")


def test_pictures_without_sound_are_named(tmp_path):
    video = write(tmp_path / "a", container="mp4", pictures=True)
    assert "only pictures" in refusal(tmp_path / "b.mp4", video.read_bytes())


@pytest.mark.parametrize(
    "content", [bytes(9_000), bytes(range(256)) * 50, b"PK\x03\x04" + b"\1" * 99]
)
def test_anything_else_says_what_may_be_wrong(tmp_path, content):
    assert "cut short" in refusal(tmp_path / "a.mp3", content)


def test_what_was_cut_before_its_first_sound_is_refused(tmp_path):
    for container, codec in (("mp4", "aac"), ("ogg", "libopus"), ("webm", "libopus")):
        path = write(tmp_path / container, noise(2), container=container, codec=codec)
        assert "cut short" in refusal(path, path.read_bytes()[:90])


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{0}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {0}\n",
        "ffconcat version 1.0\nfile secret.wav\n",
        "[playlist]\nFile1={0}\n",
    ],
)
def test_a_playlist_in_disguise_opens_no_other_file(tmp_path, playlist):
    secret = write(tmp_path / "secret.wav", tone(1))
    assert refusal(tmp_path / "a.mp3", playlist.format(secret).encode())
