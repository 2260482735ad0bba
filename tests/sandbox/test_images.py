"""Pictures: sizes, formats, addresses, edits, streams, and that each says what it is."""

import base64
import io
import struct
import zlib

import openai
import pytest
from PIL import Image, ImageStat

from sandbox.engines.sketch import MARK, Sketcher

PROMPT = "a fox in a forest at sunset"


def opened(datum) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(datum.b64_json)))


async def drawn(twin, **options) -> Image.Image:
    made = await twin.client.images.generate(**{"prompt": PROMPT, "size": "256x256", **options})
    return opened(made.data[0])


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("dall-e-2", "256x256"),
        ("dall-e-2", "512x512"),
        ("dall-e-2", "1024x1024"),
        ("dall-e-3", "1024x1024"),
        ("dall-e-3", "1792x1024"),
        ("dall-e-3", "1024x1792"),
        ("gpt-image-2", "1536x864"),
        ("gpt-image-2", "48x144"),
    ],
)
async def test_every_size_is_drawn_and_says_that_it_is_a_sketch(twin, model, size):
    old = {"response_format": "b64_json"} if model.startswith("dall-e") else {}
    picture = await drawn(twin, model=model, size=size, **old)
    assert "x".join(map(str, picture.size)) == size
    assert picture.text["Comment"] == MARK


async def test_an_address_holds_the_picture_without_a_key(twin):
    made = await twin.client.images.generate(model="dall-e-3", prompt=PROMPT)
    (datum,) = made.data
    assert datum.b64_json is None
    assert datum.revised_prompt.endswith(PROMPT)
    answer = await twin.http.get(datum.url, headers={"Authorization": ""})
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 1024)
    assert (await twin.http.get(datum.url + "x")).status_code == 404


@pytest.mark.parametrize(("kind", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
async def test_formats(twin, kind, name):
    assert (await drawn(twin, model="gpt-image-2", output_format=kind)).format == name


async def test_the_prompt_is_seen_in_the_picture(twin):
    red = await drawn(twin, model="gpt-image-2", prompt="red")
    blue = await drawn(twin, model="gpt-image-2", prompt="blue")
    mean = [ImageStat.Stat(p.convert("RGB").crop((0, 0, 256, 20))).mean for p in (red, blue)]
    assert mean[0][0] > mean[0][2]
    assert mean[1][2] > mean[1][0]
    assert (await drawn(twin, model="gpt-image-2", prompt="red")).tobytes() == red.tobytes()


async def test_several_pictures_differ(twin):
    made = await twin.client.images.generate(model="dall-e-2", prompt="trees", n=3, size="256x256", response_format="b64_json")  # fmt: skip  # noqa: E501
    assert len({datum.b64_json for datum in made.data}) == 3


async def test_a_transparent_background_is_transparent(twin):
    picture = await drawn(twin, model="gpt-image-2", background="transparent", prompt="a heart")
    assert picture.getpixel((2, 2))[3] == 0
    assert picture.getpixel((128, 128))[3] == 255


async def test_partial_pictures_come_before_the_whole_one_and_grow_sharper(twin):
    stream = await twin.client.images.generate(
        model="gpt-image-2", prompt=PROMPT, size="256x256", stream=True, partial_images=2
    )
    *partial, last = [event async for event in stream]
    assert [event.partial_image_index for event in partial] == [0, 1]
    assert (last.type, last.size, last.usage.output_tokens) == ("image_generation.completed", "256x256", 66)  # fmt: skip  # noqa: E501
    edges = [ImageStat.Stat(opened(e).convert("L")).stddev[0] for e in (*partial, last)]
    assert edges == sorted(edges)


def png(size: tuple[int, int], colour) -> tuple[str, bytes, str]:
    file = io.BytesIO()
    Image.new("RGBA", size, colour).save(file, "png")
    return ("image.png", file.getvalue(), "image/png")


def masked(size: tuple[int, int]) -> tuple[str, bytes, str]:
    """Transparent on the left."""
    mask = Image.new("RGBA", size, "black")
    mask.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    mask.save(file, "png")
    return ("mask.png", file.getvalue(), "image/png")


async def test_an_edit_changes_what_the_mask_leaves_open_and_nothing_else(twin):
    white = png((256, 256), "white")
    made = await twin.client.images.edit(
        model="gpt-image-2", image=white, mask=masked((256, 256)), prompt="red"
    )
    picture = opened(made.data[0])
    assert picture.getpixel((200, 10)) == (255, 255, 255, 255)
    assert picture.getpixel((10, 10)) != (255, 255, 255, 255)


async def test_without_a_mask_the_things_of_the_prompt_are_drawn_onto_the_picture(twin):
    made = await twin.client.images.edit(
        model="gpt-image-2", image=[png((256, 256), "white"), png((64, 64), "blue")], prompt="heart"
    )
    picture = opened(made.data[0])
    assert picture.getpixel((250, 100)) == (255, 255, 255, 255)
    assert picture.getpixel((128, 128))[:3] == (214, 51, 76)
    assert picture.getpixel((10, 10))[:3] == (0, 0, 255)


async def test_an_engine_that_fails_in_the_middle_cuts_the_answer_off(twin, monkeypatch):
    def stages(_, picture, count):
        yield picture
        raise RuntimeError("out of paint")

    monkeypatch.setattr(Sketcher, "stages", stages)
    stream = await twin.client.images.generate(
        model="gpt-image-2", prompt=PROMPT, size="64x64", stream=True, partial_images=2
    )
    assert (await anext(stream)).type == "image_generation.partial_image"
    with pytest.raises(openai.APIConnectionError):
        await anext(stream)


async def test_an_edit_can_be_streamed(twin):
    stream = await twin.client.images.edit(
        model="gpt-image-2", image=png((64, 64), "white"), prompt="sun", stream=True
    )
    assert [event.type async for event in stream] == ["image_edit.completed"]


async def test_pictures_cost_what_the_guide_says(twin):
    make = twin.client.images.generate
    await make(model="dall-e-3", prompt=PROMPT, user="square")
    await make(model="dall-e-3", prompt=PROMPT, size="1792x1024", quality="hd", user="hd")
    await make(model="dall-e-2", prompt=PROMPT, size="256x256", n=2, user="small")
    made = await make(model="gpt-image-2", prompt=PROMPT, quality="low", size="1024x1024", user="new")  # fmt: skip  # noqa: E501
    costs = {row["user"]: row["cost_usd"] for row in (await twin.usage())["rows"]}
    assert (costs["square"], costs["hd"], costs["small"]) == ("0.04", "0.16", "0.032")
    assert made.usage.output_tokens == 272
    assert float(costs["new"]) == pytest.approx((made.usage.input_tokens * 5 + 272 * 30) / 1e6)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"model": "dall-e-3", "n": 2}, "n"),
        ({"model": "dall-e-3", "size": "256x256"}, "size"),
        ({"model": "dall-e-3", "quality": "ultra"}, "quality"),
        ({"model": "dall-e-3", "style": "wild"}, "style"),
        ({"model": "dall-e-2", "style": "vivid"}, "style"),
        ({"model": "dall-e-2", "quality": "hd"}, "quality"),
        ({"model": "dall-e-2", "n": 11}, "n"),
        ({"model": "dall-e-3", "prompt": "x" * 4001}, "prompt"),
        ({"model": "gpt-image-2", "prompt": "x" * 32001}, "prompt"),
        ({"model": "gpt-image-2", "size": "100x100"}, "size"),
        ({"model": "gpt-image-2", "size": "64x1024"}, "size"),
        ({"model": "gpt-image-2", "size": "4096x4096"}, "size"),
        ({"model": "gpt-image-2", "size": "big"}, "size"),
        ({"model": "gpt-image-2", "response_format": "url"}, "response_format"),
        ({"model": "gpt-image-2", "size": "64x64", "background": "transparent",
          "output_format": "jpeg"}, "background"),
        ({"model": "gpt-image-2", "partial_images": 4}, "partial_images"),
        ({"prompt": ""}, "prompt"),
    ],
)  # fmt: skip
async def test_what_a_model_does_not_draw_is_named(twin, wrong, param):
    with pytest.raises(openai.BadRequestError) as caught:
        await twin.client.images.generate(**{"prompt": PROMPT, **wrong})
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ({"image": ("a.png", b"no picture", "image/png")}, "image"),
        ({"image": png((64, 64), "red"), "mask": png((32, 32), "red")}, "mask"),
        ({"image": [png((8, 8), "red")] * 17}, "image"),
    ],
)
async def test_what_cannot_be_edited_is_named(twin, files, param):
    with pytest.raises(openai.BadRequestError) as caught:
        await twin.client.images.edit(model="gpt-image-2", prompt="red", **files)
    assert caught.value.param == param


async def test_a_picture_larger_than_memory_is_refused(twin):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head
    bomb = b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    with pytest.raises(openai.BadRequestError):
        await twin.client.images.edit(model="gpt-image-2", prompt="red", image=("a.png", bomb))
