"""Pictures in chat, over the app's own services and a provider on loopback."""

import asyncio
import io
from contextlib import aclosing

import pytest
from msgspec import structs
from PIL import Image as Pillow

from bot.errors import Refused
from bot.events import Attachment, Author, Invocation, Message
from bot.openai.errors import ContentRefused, OpenAIError
from bot.parts import STOP, Card, Image, Notice, Remove, Withdraw
from bot.pictures.work import BUTTONS, Work
from bot.run import Run
from bot.screen import Screen
from tests.fakes.openai import Fault
from tests.fakes.openai_media import picture
from tests.handlers.desk import ADA, PLACE, desk

BOB = Author("slack:T1:BOB", "Bob")
CLEAR = picture("mask")  # one pixel, and that is clear


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        yield it


def asked(prompt, id_="w1", **values):
    event = Invocation(id=f"i{id_}", place=PLACE, author=ADA, at=1.0, command="imagine",
                       values={"prompt": prompt, **values})  # fmt: skip
    return Run(event, id_)


def pressed(name, of, id_="w2", by=ADA, **values):
    event = Invocation(id=f"i{id_}", place=PLACE, author=by, at=2.0, by="button", of=of,
                       command=f"{name}_picture", values=values)  # fmt: skip
    return Run(event, id_)


async def parts(it, run):
    return [part async for part in it.reply(run)]


async def painted(it, prompt="a fox", **values):
    return await it.screen(asked(prompt, **values))


def facts(screen):
    [card] = screen.cards
    return dict(card.fields)


def content(image):
    return image.content.read_bytes()


# What people see


async def test_a_card_comes_at_once_then_the_picture_as_it_is_painted_then_what_it_cost(it):
    found = await parts(it, asked("a fox"))
    assert found[0] == Card("Painting", "> a fox", state="running")
    assert found[1] == STOP
    progress = [part.progress for part in found if isinstance(part, Card)]
    assert progress == pytest.approx([None, 1 / 3, 2 / 3, 1, None], nan_ok=True)
    first, second, last = (part for part in found if isinstance(part, Image))
    assert (first.key, first.content) == ("picture 0", picture("partial", 0))
    assert second.content == picture("partial", 1)
    assert (last.key, last.name, last.alt) == ("picture 0", "a-fox.png", "a fox")
    assert content(last) == picture("a fox")
    assert found[-1] == BUTTONS
    assert it.openai.calls[0].body["partial_images"] == 2


async def test_in_the_end_there_is_one_message_with_pictures_and_facts(it):
    screen = await painted(it, size="1536x1024")
    assert [media.name for media in screen.media] == ["a-fox.png"]
    assert facts(screen) == {
        "Model": "gpt-image-2", "Size": "1x1", "Quality": "medium", "Cost": "$0.03205",
    }  # fmt: skip
    assert screen.cards[0].state == "done"
    assert [button.label for button in screen.buttons] == [
        "Again", "Vary", "Edit", "Shape", "Use in chat", "Delete", "Receipt",
    ]  # fmt: skip
    assert [(state, estimated) for state, estimated, _ in await it.rows()] == [("settled", 0)]


async def test_every_parameter_goes_to_the_model(it):
    words = {"size": "1024x1536", "quality": "low", "background": "transparent"}
    how = {"format": "webp", "compression": 70, "moderation": "low", "previews": 3}
    await painted(it, model="gpt-image-1.5", n=2, **words, **how)
    sent = it.openai.calls[0].body
    assert {name: sent[name] for name in sent if name not in {"safety_identifier", "user"}} == {
        "model": "gpt-image-1.5", "prompt": "a fox", "n": 2, "size": "1024x1536", "quality": "low",
        "background": "transparent", "output_format": "webp", "output_compression": 70,
        "moderation": "low",
    }  # fmt: skip


@pytest.mark.parametrize(("asks", "sent"), [({}, 2), ({"previews": 3}, 3), ({"previews": 0}, 0)])
async def test_there_are_as_many_previews_as_one_wants(it, asks, sent):
    found = await parts(it, asked("a fox", **asks))
    assert it.openai.calls[0].body["partial_images"] == sent
    assert len([part for part in found if isinstance(part, Image)]) == sent + 1


async def test_how_a_picture_is_handed_over_can_be_chosen_where_the_model_lets_one(it):
    await painted(it, model="dall-e-3", response_format="b64_json")
    assert it.openai.calls[0].body["response_format"] == "b64_json"
    assert it.openai.strangers == []


async def test_several_pictures_come_in_one_answer(it):
    screen = await painted(it, n=3)
    assert [media.name for media in screen.media] == ["a-fox-1.png", "a-fox-2.png", "a-fox-3.png"]
    assert [content(media) for media in screen.media] == [picture("a fox", n) for n in range(3)]
    assert len(it.openai.calls) == 1


async def test_a_model_that_paints_one_a_call_is_called_side_by_side(it):
    screen = await painted(it, model="dall-e-3", n=4, size="1792x1024")
    assert len(screen.media) == len(it.openai.calls) == 4
    assert all("n" not in call.body for call in it.openai.calls)
    assert [cost for _, _, cost in await it.rows()] == [80_000] * 4
    assert facts(screen)["Cost"] == "$0.32"


async def test_of_several_calls_one_may_fail_and_the_others_are_shown(it):
    it.openai.faults.extend([None, Fault(400, "content_policy_violation")])
    found = await parts(it, asked("a fox", model="dall-e-3", n=3))
    assert len({part.key for part in found if isinstance(part, Image)}) == 2
    [notice] = [part for part in found if isinstance(part, Notice)]
    assert "content rules" in notice.text
    assert sorted(state for state, *_ in await it.rows()) == ["released", "settled", "settled"]


async def test_the_providers_own_wording_is_shown_and_read_to_those_who_cannot_see(it):
    screen = await painted(it, model="dall-e-3")
    assert screen.cards[0].markdown == "> a fox\n\nPainted as:\n> A tranquil a fox"
    assert screen.media[0].alt == "A tranquil a fox"


async def test_an_address_is_fetched_once_and_never_posted(it):
    found = await parts(it, asked("a fox", model="dall-e-3"))
    assert len(it.openai.strangers) == 1
    assert "http" not in repr(found)


async def test_a_long_prompt_is_cut_where_people_read_it_and_whole_where_it_is_painted(it):
    prompt = "fox " * 2_000
    screen = await painted(it, prompt)
    assert it.openai.calls[0].body["prompt"] == prompt.strip()
    assert len(screen.cards[0].markdown) < 1_100
    assert len(screen.media[0].alt) == 1_500


async def test_a_picture_too_heavy_to_post_is_posted_lighter_and_kept_as_it_is(it):
    run, screen = asked("a fox"), Screen()
    run.largest = 10
    async for part in it.reply(run):
        screen.show(part)
        assert all(media.name.endswith(".webp") for media in screen.media)
    assert screen.media[0].name == "a-fox.webp"
    assert facts(screen)["Posted as"].startswith("a lighter WebP")
    assert Pillow.open(io.BytesIO(content(screen.media[0]))).format == "WEBP"
    assert await it.services.works.file("w1", "0.png") == picture("a fox")


# A picture to begin with


def photo(kind="JPEG", size=(8, 6), **how):
    file = io.BytesIO()
    Pillow.new("RGB", size, "red").save(file, kind, **how)
    return file.getvalue()


def given(run, **contents):
    """The run, with the files that came with it by name."""

    async def open_(attachment):
        content = contents[attachment.reference]
        for start in range(0, len(content), 64):
            yield content[start : start + 64]

    run.open = open_
    return run


CAT = Attachment("cat", "cat.jpg", "image/jpeg")
HOLE = Attachment("hole", "hole.png", "image/png")


async def test_a_picture_that_comes_with_the_command_is_edited_by_the_words(it):
    run = given(asked("a hat", picture=CAT, quality="low", n=2), cat=photo())
    screen = await it.screen(run)
    [call] = it.openai.calls
    assert call.path.endswith("images/edits")
    assert [(file.field, file.name, file.content) for file in call.files] == [
        ("image", "source.jpg", photo())
    ]
    assert (call.body["prompt"], call.body["quality"], call.body["n"]) == ("a hat", "low", "2")
    assert screen.cards[0].title == "Edited"
    assert len(screen.media) == 2
    await it.say("What did I ask for?")
    assert it.prompt()[0] == ("user", "/imagine a hat (it begins with “cat.jpg”)")


async def test_an_edit_keeps_to_the_picture_as_closely_as_one_wants(it):
    how = {"model": "gpt-image-1.5", "fidelity": "high", "previews": 1}
    run = given(asked("a hat", picture=CAT, **how), cat=photo())
    await it.screen(run)
    assert it.openai.calls[0].body["input_fidelity"] == "high"
    assert it.openai.calls[0].body["partial_images"] == "1"


async def test_its_mask_is_made_as_large_as_it_is_and_both_can_be_repeated(it):
    run = given(asked("a hat", picture=CAT, mask=HOLE), cat=photo(), hole=CLEAR)
    await it.screen(run)
    await it.screen(pressed("repaint", "w1"))
    first, second = it.openai.calls
    assert [file.field for file in first.files] == ["image", "mask"]
    assert Pillow.open(io.BytesIO(first.files[1].content)).size == (8, 6)
    assert first.files == second.files


async def test_a_kind_that_the_model_does_not_take_goes_as_png(it):
    await it.screen(given(asked("a hat", picture=CAT), cat=photo("GIF")))
    [file] = it.openai.calls[0].files
    assert (file.name, Pillow.open(io.BytesIO(file.content)).format) == ("source.png", "PNG")


async def test_where_the_usual_model_cannot_edit_another_does(tmp_path):
    async with desk(tmp_path, images={"model": "dall-e-3"}) as it:
        screen = await it.screen(given(asked("a hat", picture=CAT), cat=photo()))
        assert facts(screen)["Model"] == "gpt-image-2"


async def test_a_typed_command_takes_the_picture_and_the_mask_that_came_with_it(it):
    command = it.services.commands["imagine"]
    values = command.check(command.parse("a hat quality:low", (CAT, HOLE)))
    assert values == {"prompt": "a hat", "quality": "low", "picture": CAT, "mask": HOLE}


async def test_a_picture_that_somebody_posted_is_edited_by_its_messages_menu(it):
    on = Message(id="m", place=PLACE, author=BOB, at=1.0, text="", source="1.0",
                 attachments=(Attachment("r9", "a.csv", "text/csv"), CAT))  # fmt: skip
    event = Invocation(id="i1", place=PLACE, author=ADA, at=1.0, by="form", on=on,
                       command="edit_posted_picture", values={"words": "a hat"})  # fmt: skip
    await it.screen(given(Run(event, "w1"), cat=photo()))
    [call] = it.openai.calls
    assert (call.body["prompt"], call.files[0].content) == ("a hat", photo())
    bare = structs.replace(event, on=structs.replace(on, attachments=()))
    with pytest.raises(Refused, match="no picture in this message"):
        await parts(it, Run(bare, "w2"))


@pytest.mark.parametrize(
    ("values", "contents", "sentence"),
    [
        ({"picture": CAT}, {"cat": b"%PDF"}, "“cat.jpg” is no picture that Parley can read"),
        ({"picture": CAT}, {"cat": b""}, "is no picture"),
        ({"picture": CAT}, {"cat": photo()[:200]}, "is no picture"),
        ({"picture": CAT}, {"cat": bytes(1001)}, "“cat.jpg” is larger than"),
        ({"picture": structs.replace(CAT, size=2000)}, {}, "“cat.jpg” is larger than"),
        ({"picture": CAT, "mask": HOLE}, {"cat": photo(), "hole": photo()}, "has no clear part"),
        ({"mask": HOLE}, {}, "A mask lies over a picture"),
        ({"picture": CAT, "prompt": " "}, {}, "the prompt is empty"),
        ({"picture": CAT, "model": "dall-e-3"}, {}, "does not serve images/edits"),
    ],
)
async def test_what_cannot_be_begun_with_is_told_before_it_costs(
    it, monkeypatch, values, contents, sentence
):
    monkeypatch.setattr("bot.pictures.uploaded.LARGEST", 1000)
    with pytest.raises(Refused) as refusal:
        await parts(it, given(asked(**({"prompt": "a hat"} | values)), **contents))
    assert sentence in refusal.value.sentence
    assert it.openai.calls == []


# What goes wrong


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": "  "}, "the prompt is empty"),
        ({"prompt": "x" * 32_001}, "32,001 characters, and gpt-image-2 takes at most 32,000"),
        ({"size": "10x10"}, "it takes auto, 1024x1024, 1536x1024 and 1024x1536, or any width"),
        ({"quality": "hd"}, "it takes auto, low, medium and high"),
        ({"style": "vivid"}, "takes no style"),
        ({"n": 11}, "n is 1 to 10 with gpt-image-2"),
        ({"model": "gpt-4o-mini"}, "does not serve images/generations. These models do: gpt-image"),
        ({"format": "gif"}, "png, webp and jpeg"),
        ({"fidelity": "high"}, "send that too, as `picture`"),
        ({"model": "dall-e-3", "moderation": "low"}, "takes no moderation"),
    ],
)
async def test_what_the_model_does_not_take_is_told_before_anything_is_shown(it, values, sentence):
    with pytest.raises(Refused) as refusal:
        await parts(it, asked(**({"prompt": "a fox"} | values)))
    assert sentence in refusal.value.sentence
    assert it.openai.calls == []


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked"])
@pytest.mark.parametrize("fault", [{"status": 400}, {"error_after": 1}])
async def test_what_content_rules_keep_back_is_told_kindly_and_not_charged(it, code, fault):
    it.openai.faults.append(Fault(**fault, code=code))
    found = []
    with pytest.raises(ContentRefused) as refusal:
        found.extend([found.append(part) async for part in it.reply(asked("a fox"))])
    assert "word it differently" in refusal.value.sentence
    assert found[-1] == Withdraw()
    assert [state for state, *_ in await it.rows()] == ["released"]


@pytest.mark.parametrize(
    "fault",
    [Fault(500, "server_error", headers={"x-should-retry": "false"}), Fault(cut_after=1),
     Fault(200, body="<html>"), Fault(200, body='{"data": [{"b64_json": "aGVsbG8="}]}')],
    ids=["500", "cut", "HTML", "no picture"],
)  # fmt: skip
async def test_a_failure_leaves_nothing_half_painted(it, fault):
    it.openai.faults.append(fault)
    found = []
    with pytest.raises(OpenAIError):
        found.extend([found.append(part) async for part in it.reply(asked("a fox"))])
    assert found[-1] == Withdraw()
    assert await it.services.works.of("w1", Work) is None


async def test_a_budget_that_is_too_small_is_told_and_nothing_is_asked(tmp_path):
    async with desk(tmp_path, budget_person_day="0.01") as it:
        with pytest.raises(Refused) as refusal:
            await parts(it, asked("a fox"))
        assert "too little for this" in refusal.value.sentence
        assert it.openai.calls == []


async def _stopped(it, run, reason, *, after=2):
    """What is shown when the run is stopped once this many pictures were seen."""
    found = []
    it.openai.faults.append(Fault(stall_after=after))

    async def read():
        async with aclosing(it.reply(run)) as reply:
            async for part in reply:
                found.append(part)  # noqa: PERF401  what came before it was stopped

    reading = asyncio.create_task(read())
    async with asyncio.timeout(5):
        while sum(isinstance(part, Image) for part in found) < after:
            await asyncio.sleep(0)
    run.stopped = reason
    reading.cancel()
    await asyncio.wait([reading])
    return found, reading


async def test_stop_leaves_nothing_and_books_what_was_spent(it):
    found, _ = await _stopped(it, asked("a fox"), "person")
    assert found[-1] == Withdraw()
    [(state, estimated, cost)] = await it.rows()
    assert (state, estimated) == ("settled", 1)
    assert cost > 0
    assert await it.services.memory.of("w1") == (None, None)


async def test_a_restart_leaves_the_answer_open_for_the_next_process(it):
    found, reading = await _stopped(it, asked("a fox"), "shutdown")
    assert reading.cancelled()
    screen = Screen()
    for part in found:
        screen.show(part)
    assert not screen.visible
    assert Remove("card") in found


async def test_what_was_painted_before_a_crash_is_not_painted_again(it):
    first = await painted(it)
    again = await it.screen(asked("a fox"))
    assert (again.media, again.cards) == (first.media, first.cards)
    assert len(it.openai.calls) == 1


# Buttons


async def test_again_paints_the_same_in_an_answer_of_its_own(it):
    await painted(it, quality="low", size="1536x1024")
    run = pressed("repaint", "w1", by=BOB)
    screen = await it.screen(run)
    assert run.apart
    sent = [
        {k: v for k, v in call.body.items() if "identifier" not in k} for call in it.openai.calls
    ]
    assert sent[0] == sent[1]
    assert content(screen.media[0]).endswith(b"a fox")
    assert await it.services.works.of("w1", Work)


async def test_vary_has_the_chat_model_word_it_anew_and_both_are_paid(it):
    await painted(it)
    it.openai.answers.append("a fox at dawn")
    found = await parts(it, pressed("vary", "w1"))
    assert found[0].title == "Finding other words"
    assert it.openai.calls[1].path.endswith("chat/completions")
    assert it.openai.calls[2].body["prompt"] == "a fox at dawn"
    assert len(await it.rows()) == 3
    work = await it.services.works.of("w2", Work)
    assert work.request.prompt == "a fox at dawn"


async def test_an_edit_sends_the_picture_and_the_words(it):
    await painted(it, quality="low")
    screen = await it.screen(pressed("edit", "w1", words="a red hat"))
    call = it.openai.calls[1]
    assert call.path.endswith("images/edits")
    assert [(file.field, file.content) for file in call.files] == [("image", picture("a fox"))]
    assert (call.body["prompt"], call.body["quality"]) == ("a red hat", "low")
    assert screen.cards[0].title == "Edited"


async def test_an_edit_of_an_edit_begins_with_what_the_first_made(it):
    await painted(it)
    await it.screen(pressed("edit", "w1", words="a hat"))
    await it.screen(pressed("edit", "w2", "w3", words="make it red"))
    assert it.openai.calls[2].files[0].content == picture("a hat")


async def test_an_edit_can_be_repeated_with_its_picture_and_its_mask(it):
    await painted(it)
    run = pressed("edit", "w1", words="a hat", mask=Attachment("r", "hole.webp"))
    run.open = _opens(CLEAR)
    await it.screen(run)
    await it.screen(pressed("repaint", "w2", "w3"))
    first, second = it.openai.calls[1:]
    assert [file.field for file in first.files] == ["image", "mask"]
    assert first.files == second.files


async def test_a_picture_of_several_is_chosen_by_its_number(it):
    await painted(it, n=2)
    await it.screen(pressed("edit", "w1", words="a hat", picture=2))
    assert it.openai.calls[1].files[0].content == picture("a fox", 1)
    with pytest.raises(Refused, match="2 pictures, and no number 3"):
        await parts(it, pressed("edit", "w1", "w3", words="a hat", picture=3))


async def test_what_a_model_cannot_edit_is_edited_by_one_that_can(it):
    await painted(it, model="dall-e-3", style="natural")
    screen = await it.screen(pressed("edit", "w1", words="a hat"))
    assert it.openai.calls[1].body["model"] == facts(screen)["Model"] == "gpt-image-2"
    assert "style" not in it.openai.calls[1].body


@pytest.mark.parametrize(
    ("mask", "sentence"), [(b"%PDF", "no picture"), (b"", "no picture"), (b"x" * 101, "larger")]
)
async def test_a_wrong_mask_is_refused_before_it_costs(it, monkeypatch, mask, sentence):
    monkeypatch.setattr("bot.pictures.uploaded.LARGEST", 100)
    await painted(it)
    run = pressed("edit", "w1", words="a hat", mask=Attachment("r", "mask.png"))
    run.open = _opens(mask)
    with pytest.raises(Refused, match=sentence):
        await parts(it, run)
    assert len(it.openai.calls) == 1


async def test_another_shape_is_the_same_in_that_size(it):
    await painted(it)
    await it.screen(pressed("reshape", "w1", size="1024x1536"))
    assert it.openai.calls[1].body["size"] == "1024x1536"
    assert it.openai.calls[1].body["prompt"] == "a fox"


async def test_who_asked_can_delete_and_nobody_else_but_admins(it):
    await painted(it)
    with pytest.raises(Refused, match="Only who asked"):
        await parts(it, pressed("delete", "w1", by=BOB))
    assert await parts(it, pressed("delete", "w1")) == [Withdraw()]
    assert await it.services.works.file("w1", "0.png") is None
    assert await it.services.memory.of("w1") == (None, None)


@pytest.mark.parametrize("name", ["repaint", "vary", "edit", "reshape", "use", "delete"])
async def test_a_button_below_a_picture_that_is_gone_says_so(it, name):
    values = {"edit": {"words": "a hat"}, "reshape": {"size": "1024x1024"}}.get(name, {})
    with pytest.raises(Refused, match="30 days"):
        await parts(it, pressed(name, "gone", **values))


# The thread


async def test_chat_knows_in_words_what_was_painted(it):
    await painted(it)
    await it.say("What did I ask for?")
    assert it.prompt()[0] == ("user", "/imagine a fox")
    assert it.prompt()[1][1] == "Here is a picture (1x1, by gpt-image-2): a fox"


async def test_a_picture_that_is_used_in_chat_is_seen_by_the_model(it):
    await painted(it)
    screen = await it.screen(pressed("use", "w1"))
    assert "part of this thread" in screen.text
    await it.say("What colour is it?")
    text, shown = it.prompt()[-1][1]
    assert text["text"] == "What colour is it?"
    assert shown["image_url"]["url"].startswith("data:image/webp;base64,")
    await parts(it, pressed("delete", "w1"))
    await it.say("And now?")
    assert it.prompt()[-1] == ("user", "And now?")


async def test_a_model_without_eyes_is_told_the_words_alone(tmp_path):
    async with desk(tmp_path, chat_model="gpt-4") as it:
        await painted(it)
        screen = await it.screen(pressed("use", "w1"))
        assert "sees no pictures" in screen.text
        await it.say("What is it?")
        assert it.prompt()[-1] == ("user", "What is it?")


def _opens(content):
    async def open_(_attachment):
        for byte in range(0, len(content), 64):
            yield content[byte : byte + 64]

    return open_
