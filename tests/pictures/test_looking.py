import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.errors import Refused
from bot.pictures.looking import ENDINGS, lighter, look, mask, seen


def picture(width=64, height=32, kind="PNG", colour=(200, 40, 40, 255)):
    file = io.BytesIO()
    made = Image.new("RGBA", (width, height), colour)
    (made if kind in {"PNG", "WEBP"} else made.convert("RGB")).save(file, kind)
    return file.getvalue()


def noise(side):
    file = io.BytesIO()
    Image.effect_noise((side, side), 100).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_picture_is_known_by_its_content(kind):
    found = look(picture(kind=kind))
    assert found == (ENDINGS[kind], 64, 32)
    assert found.size == "64x32"


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"%PDF-1.7", picture()[:20], picture(kind="BMP")]
)
def test_what_is_no_picture_that_platforms_show_is_none(content):
    assert look(content) is None


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_picture_that_was_cut_on_its_way_is_none(kind):
    file = io.BytesIO()
    Image.effect_noise((64, 64), 100).save(file, kind)
    assert look(file.getvalue()[:1_000]) is None


@given(st.binary(max_size=200), st.integers(0, 60))
def test_nothing_that_comes_instead_of_a_picture_raises(rest, kept):
    look(rest)
    look(picture()[:kept] + rest)


def test_a_picture_of_too_many_pixels_is_none():
    header = picture()[:16] + (60_000).to_bytes(4, "big") * 2 + picture()[24:]
    assert look(header) is None


def test_a_heavy_picture_becomes_lighter_until_it_fits():
    heavy = noise(256)
    light = lighter(heavy, 40_000)
    assert len(light) <= 40_000 < len(lighter(heavy, 1 << 20))
    assert look(light) == ("webp", 256, 256)


def test_a_chat_model_sees_it_no_larger_than_it_needs():
    assert look(seen(picture(3000, 1500))) == ("webp", 1536, 768)
    assert look(seen(picture())) == ("webp", 64, 32)


def test_a_mask_takes_the_size_of_the_picture_and_keeps_its_hole():
    hole = Image.open(io.BytesIO(picture()))
    hole.paste((0, 0, 0, 0), (0, 0, 32, 32))
    file = io.BytesIO()
    hole.save(file, "WEBP", lossless=True)
    made = Image.open(io.BytesIO(mask(file.getvalue(), picture(128, 64))))
    assert (made.format, made.size) == ("PNG", (128, 64))
    assert made.getpixel((5, 5))[3] == 0
    assert made.getpixel((120, 5))[3] == 255


def test_a_mask_without_a_clear_part_is_told_how_to_make_one():
    with pytest.raises(Refused, match="no clear part"):
        mask(picture(kind="JPEG"), picture())


def test_a_mask_that_is_no_picture_is_refused():
    with pytest.raises(Refused, match="no picture"):
        mask(b"%PDF-1.7", picture())
