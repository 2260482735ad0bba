"""What a file is, by its content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.page import kinds
from tests.page import samples

SIZED = {
    "image/png": samples.png(640, 480),
    "image/gif": samples.gif(640, 480),
    "image/jpeg": samples.jpeg(640, 480, remarks=b"\xff\xc0 made by a camera" * 100),
    "image/webp": samples.lossy(640, 480),
}


@pytest.mark.parametrize(("kind", "content"), SIZED.items())
def test_a_picture_tells_its_kind_and_size(kind, content):
    file = io.BytesIO(content)
    assert kinds.kind(file) == kind
    assert kinds.size(file) == (640, 480)


@pytest.mark.parametrize("content", [samples.lossless(640, 480), samples.extended(640, 480)])
def test_every_form_of_webp_tells_its_size(content):
    assert kinds.size(io.BytesIO(content)) == (640, 480)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (samples.wav(), "audio/wav"),
        (b"OggS\0\2", "audio/ogg"),
        (b"ID3\4\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypheic", "image/heic"),
        (b"\0\0\0\x20ftypiso5\0moov hdlr soun", "audio/mp4"),
        (b"\0\0\0\x20ftypiso5\0moov hdlr soun hdlr vide", "video/mp4"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"\x1a\x45\xdf\xa3 webm \x86\x86A_OPUS", "audio/webm"),
        (b"\x1a\x45\xdf\xa3 webm \x86\x86A_OPUS \x86\x86V_VP9", "video/webm"),
        (b"%PDF-1.7", "application/pdf"),
        (samples.SVG, kinds.UNKNOWN),
        (samples.HTML, kinds.UNKNOWN),
        (b"\xff\xfeh\0i\0", kinds.UNKNOWN),  # text in UTF-16
        (b"", kinds.UNKNOWN),
    ],
)
def test_other_kinds_are_told_by_their_first_bytes(head, kind):
    assert kinds.kind(io.BytesIO(head)) == kind
    assert kinds.size(io.BytesIO(head)) is None


@given(st.sampled_from([*SIZED.values(), samples.lossless(9, 9)]), st.data())
def test_whatever_is_cut_or_scratched_has_a_size_or_none(content, data):
    cut = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(cut) - 1)), max_size=4)):
        if cut:
            cut[at] = data.draw(st.integers(0, 255))
    size = kinds.size(io.BytesIO(bytes(cut)))
    assert size is None or min(size) > 0


def test_a_picture_of_nothing_is_no_picture():
    assert kinds.size(io.BytesIO(samples.gif(0, 0))) is None


def test_a_jpeg_of_endless_remarks_is_given_up():
    file = io.BytesIO(b"\xff\xd8" + b"\xff\xfe\0\2" * 500_000)
    assert kinds.size(file) is None
    assert file.tell() < 10_000
