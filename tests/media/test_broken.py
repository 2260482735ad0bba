"""Files that are broken in any way: what can be heard is heard, or a sentence says no."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.media.encoding import convert
from bot.media.errors import NotSound
from bot.media.loudness import loudness
from bot.media.probing import probe
from tests.media.audio import noise, write

KINDS = [
    ("mp3", "libmp3lame"), ("ogg", "libopus"), ("webm", "libopus"), ("mp4", "aac"),
    ("wav", "pcm_s16le"), ("flac", "flac"), ("mpegts", "aac"), ("caf", "pcm_f32le"),
]  # fmt: skip
LONG = 20  # seconds: a header may claim hours, which the one who asks has to refuse

changes = st.lists(
    st.tuples(st.integers(0, 700) | st.integers(0), st.integers(0, 255)), max_size=40
)


@pytest.mark.parametrize(("container", "codec"), KINDS)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes, st.none() | st.integers(1))
def test_whatever_is_wrong_with_a_file_it_is_heard_or_refused(
    tmp_path, container, codec, changed, cut
):
    path = tmp_path / "a"
    content = bytearray(write(path, noise(0.3), container=container, codec=codec).read_bytes())
    for place, byte in changed:
        content[place % len(content)] = byte
    path.write_bytes(content[: cut and cut % len(content)])
    try:
        if probe(path).seconds < LONG:
            assert convert(path, tmp_path / "b", "wav") < LONG * 2
            assert loudness(path).seconds < LONG * 2
    except NotSound:
        return


def test_a_file_with_numbers_that_are_none_is_silent(tmp_path):
    path = write(tmp_path / "a", noise(1), codec="pcm_f32le")
    content = path.read_bytes()
    head = content.index(b"data") + 8
    path.write_bytes(content[:head] + b"\xff\xff\xff\x7f" * ((len(content) - head) // 4))
    assert loudness(path).silent
