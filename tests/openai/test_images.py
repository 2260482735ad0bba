from contextlib import aclosing

import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.images import EditRequest, ImageRequest, Images, Picture
from bot.openai.meter import Free
from bot.openai.uploads import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import picture

FOX = Upload.content("fox.png", b"a fox" * 100, "image/png")


@pytest.fixture
def images(transport):
    return Images(transport, catalogue.load())


def ask(model="gpt-image-2", prompt="a fox", **facts):
    return ImageRequest(model=model, prompt=prompt, **facts)


async def painted(images, request, meter=None):
    async with aclosing(images.stream(request, meter or Free())) as stream:
        return [one async for one in stream]


async def test_a_picture_in_base64_is_the_picture(fake, images):
    answer = await images.create(ask(size="1536x864", quality="low", user="abc"), Free())
    assert await images.content(answer.pictures[0]) == picture("a fox")
    assert (answer.size, answer.quality, answer.output_format) == ("1024x1024", "medium", "png")
    assert fake.calls[0].body == {
        "model": "gpt-image-2", "prompt": "a fox", "size": "1536x864", "quality": "low",
        "safety_identifier": "abc",
    }  # fmt: skip


async def test_what_pictures_used_is_counted_apart(images):
    usage = (await images.create(ask(), Free())).usage
    assert (usage.prompt, usage.picture_prompt) == (50, 40)
    assert (usage.completion, usage.picture_completion) == (1056, 1056)


async def test_a_picture_at_an_address_is_fetched_without_our_key(fake, images):
    asked = ask("dall-e-3", style="natural", quality="hd", response_format="url")
    answer = await images.create(asked, Free())
    assert answer.pictures[0].revised_prompt == "A tranquil a fox"
    assert await images.content(answer.pictures[0]) == picture("a fox")
    assert "Authorization" not in fake.strangers[0]


async def test_an_address_where_nothing_is_is_an_error(fake, images):
    found = (await images.create(ask("dall-e-3"), Free())).pictures[0]
    fake.pictures.clear()
    with pytest.raises(errors.OpenAIError):
        await images.content(found)


async def test_no_more_is_fetched_than_a_picture_has(images, monkeypatch):
    monkeypatch.setattr("bot.openai.images.LARGEST", 10)
    found = (await images.create(ask("dall-e-3"), Free())).pictures[0]
    with pytest.raises(errors.Malformed, match="10 bytes"):
        await images.content(found)


async def test_every_parameter_is_sent(fake, images):
    facts = {"n": 2, "background": "transparent", "output_format": "webp",
             "output_compression": 80, "moderation": "low"}  # fmt: skip
    answer = await images.create(ask(extra={"complexity": "low"}, **facts), Free())
    assert len(answer.pictures) == 2
    assert facts.items() <= fake.calls[0].body.items()
    assert fake.calls[0].body["complexity"] == "low"


async def test_a_format_that_a_model_always_has_is_not_asked_for(fake, images):
    await images.create(ask(response_format="b64_json"), Free())
    assert "response_format" not in fake.calls[0].body
    await images.create(ask("sdxl", response_format="b64_json"), Free())
    assert fake.calls[1].body["response_format"] == "b64_json"


async def test_what_the_model_does_not_take_is_told_before_it_costs(fake, images, books):
    with pytest.raises(WrongValue, match="1792x1024"):
        await images.create(ask("dall-e-3", size="512x512"), books)
    assert fake.calls == books.told == []


async def test_partial_pictures_come_before_the_finished_one(fake, images):
    first, second, last = await painted(images, ask(partial_images=2))
    assert (first.partial, second.partial, last.partial) == (0, 1, None)
    assert await images.content(second) == picture("partial", 1)
    assert await images.content(last) == picture("a fox")
    assert last.usage.picture_completion == 1056
    assert fake.calls[0].body["stream"] is True


@pytest.mark.parametrize("fault", [Fault(cut_after=1), Fault(end_after=1)])
async def test_a_painting_that_breaks_off_is_no_picture(fake, images, books, fault):
    fake.faults.append(fault)
    with pytest.raises(errors.StreamCut):
        await painted(images, ask(partial_images=1), books)
    assert len(fake.calls) == 1
    assert books.told == ["sending"]


async def test_an_error_while_it_paints_is_that_error(fake, images):
    fake.faults.append(Fault(error_after=0, code="content_policy_violation"))
    with pytest.raises(errors.ContentRefused):
        await painted(images, ask())


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked"])
@pytest.mark.parametrize("fault", [{"status": 400}, {"error_after": 1}])
async def test_what_content_rules_keep_back_is_not_charged(fake, images, books, code, fault):
    fake.faults.append(Fault(**fault, code=code))
    with pytest.raises(errors.ContentRefused) as refused:
        await painted(images, ask(partial_images=1), books)
    assert not refused.value.may_have_run
    assert books.told == ["sending", "ContentRefused"]


async def test_a_model_that_does_not_stream_is_asked_for_the_whole(fake, images):
    (only,) = await painted(images, ask("dall-e-3", partial_images=1))
    assert await images.content(only) == picture("a fox")
    assert "stream" not in fake.calls[0].body


@pytest.mark.parametrize("refuses", [set(), {"stream", "partial_images"}])
async def test_a_server_that_knows_no_streams_answers_whole(fake, images, refuses):
    fake.streams, fake.refuses = False, refuses
    (only,) = await painted(images, ask("sdxl", partial_images=1))
    assert await images.content(only) == picture("a fox")


async def test_a_picture_is_edited_with_a_mask(fake, images):
    mask = Upload.content("mask.png", b"m")
    await images.create(
        EditRequest(model="gpt-image-1.5", prompt="a hat", image=(FOX,), mask=mask, n=1), Free()
    )
    files = {file.field: (file.name, file.media_type, file.content) for file in fake.calls[0].files}
    assert files == {
        "image": ("fox.png", "image/png", b"a fox" * 100),
        "mask": ("mask.png", "image/png", b"m"),
    }
    assert fake.calls[0].body == {"model": "gpt-image-1.5", "prompt": "a hat", "n": "1"}
    assert fake.calls[0].path == "/v1/images/edits"


async def test_several_pictures_are_edited_into_one_while_we_watch(fake, images):
    asked = EditRequest(model="gpt-image-2", prompt="both", image=(FOX, FOX), partial_images=1)
    found = await painted(images, asked)
    assert [one.partial for one in found] == [0, None]
    assert [file.field for file in fake.calls[0].files] == ["image[]", "image[]"]
    assert fake.calls[0].body["stream"] == "true"


async def test_a_model_that_edits_nothing_is_told_with_those_that_do(images):
    with pytest.raises(WrongValue, match="gpt-image-2"):
        await images.create(EditRequest(model="dall-e-3", prompt="a", image=(FOX,)), Free())


@pytest.mark.parametrize("body", ['{"data": []}', '{"data": [{}]}', "{}", '{"data": null}'])
async def test_an_answer_without_a_picture_is_malformed(fake, images, body):
    fake.faults.append(Fault(200, body=body))
    with pytest.raises(errors.Malformed):
        await images.create(ask(), Free())


async def test_a_finished_picture_without_content_is_malformed(fake, images):
    event = b'data: {"type": "image_generation.completed"}\n\n'
    head = {"Content-Type": "text/event-stream"}
    fake.faults.append(Fault(200, body=event.decode(), headers=head))
    (only,) = await painted(images, ask())
    with pytest.raises(errors.Malformed):
        await images.content(only)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.png", "nonsense", "http://[::1"])
async def test_an_address_that_leads_nowhere_is_an_error(images, address):
    with pytest.raises(errors.OpenAIError):
        await images.content(Picture(url=address))


async def test_a_picture_that_is_no_base64_is_malformed(fake, images):
    fake.faults.append(Fault(200, body='{"data": [{"b64_json": "§"}]}'))
    answer = await images.create(ask(), Free())
    with pytest.raises(errors.Malformed):
        await images.content(answer.pictures[0])
