"""What Parley shows beside text: cards, pictures, voice and files."""

import asyncio

import pytest

from bot.parts import Buttons, Card, File, Image, Remove, Status, Text, Voice, Withdraw
from tests.page import samples
from tests.page.house import DONE, House

IMAGE = Image("fox.png", samples.png(640, 480), "A fox in the snow")


def shows(*parts):
    async def script(_parley, _event, screen, _stop):
        for part in parts:
            screen.show(part)

    return script


async def answered(ada, text="show me", thread="thread-1"):
    """The answer, once it is done."""
    await ada.open(thread)
    before = len(ada.answers)
    await ada.say(text, thread=thread)
    await ada.until(lambda: len(ada.answers) > before and ada.answers[-1]["done"])
    return ada.answers[-1]


def on_disk(house):
    return [path for path in house.folder.rglob("*") if path.is_file()]


async def test_a_picture_comes_with_its_words_and_its_size():
    async with House(script=shows(IMAGE)) as house:
        ada = await house.client()
        (medium,) = (await answered(ada))["media"]
        shown = {name: medium[name] for name in ("kind", "name", "alt", "width", "height", "type")}
        assert shown == {
            "kind": "image", "name": "fox.png", "alt": "A fox in the snow",
            "width": 640, "height": 480, "type": "image/png",
        }  # fmt: skip
        assert await ada.fetch(medium["url"]) == IMAGE.content


async def test_voice_has_its_length_and_is_played_from_anywhere():
    async with House(script=shows(Voice("a.wav", samples.wav(3), 3.0))) as house:
        ada = await house.client()
        (medium,) = (await answered(ada))["media"]
        assert (medium["kind"], medium["seconds"]) == ("voice", 3.0)
        part = {"Range": "bytes=44-103"}
        async with ada.http.get(house.address + medium["url"], headers=part) as response:
            assert response.status == 206
            assert await response.read() == samples.wav(3)[44:104]


async def test_a_file_is_there_to_keep_whatever_it_is(tmp_path):
    (tmp_path / "made.srt").write_bytes(b"1\nhello")
    parts = (File("fox.png", IMAGE.content), File("made.srt", tmp_path / "made.srt", key="b"))
    async with House(script=shows(*parts)) as house:
        ada = await house.client()
        picture, text = (await answered(ada))["media"]
        assert (picture["kind"], text["kind"], text["size"]) == ("file", "file", 7)
        assert await ada.fetch(text["url"]) == b"1\nhello"


@pytest.mark.parametrize("part", [Image("a.png", b"no picture", "?"), Voice("a.ogg", b"hm", 1.0)])
async def test_what_cannot_be_shown_is_a_file(part):
    async with House(script=shows(part)) as house:
        (medium,) = (await answered(await house.client()))["media"]
        assert medium["kind"] == "file"


async def test_a_card_is_shown_as_it_is_now():
    card = Card("A fox", "*painting*", (("Size", "large"),), 1.0, "done")
    async with House(script=shows(Card("A fox", progress=0.5, state="running"), card)) as house:
        ada = await house.client()
        assert (await answered(ada))["cards"] == [
            {"title": "A fox", "markdown": "*painting*", "fields": [["Size", "large"]],
             "progress": 1.0, "state": "done", "key": "card"},
        ]  # fmt: skip


async def test_media_and_cards_are_there_after_a_restart():
    async with House(script=shows(Card("A fox"), IMAGE)) as house:
        await answered(await house.client())
    async with House(house.state) as anew:
        ada = await anew.client()
        await ada.open("thread-1")
        (answer,) = ada.answers
        assert answer["cards"][0]["title"] == "A fox"
        assert await ada.fetch(answer["media"][0]["url"]) == IMAGE.content


async def test_the_same_key_replaces_and_what_was_replaced_is_gone():
    seen = asyncio.Event()

    async def paint(_parley, _event, screen, _stop):
        screen.show(Image("half.png", samples.png(2, 2), "Half a fox"))
        await seen.wait()
        screen.show(IMAGE)

    async with House(script=paint) as house:
        ada = await house.client()
        await ada.open("thread-1")
        await ada.say("paint", thread="thread-1")
        await ada.until(lambda: ada.answers and ada.answers[0]["media"])
        assert ada.answers[0]["media"][0]["name"] == "half.png"
        seen.set()
        await ada.until(lambda: ada.answers[0]["done"])
        assert [medium["name"] for medium in ada.answers[0]["media"]] == ["fox.png"]
        await house.parley.settled()
        (kept,) = on_disk(house)
        assert kept.read_bytes() == IMAGE.content


async def test_a_part_is_written_down_once_however_often_the_answer_changes():
    async def talk(_parley, _event, screen, _stop):
        screen.show(IMAGE)
        for number in range(3):
            screen.show(Text(f"Number {number}"))
            await ada.until_next(lambda m: m["type"] == "change")

    async with House(script=talk) as house:
        ada = await house.client()
        await answered(ada)
        assert sum("media" in m for m in ada.heard if m["type"] == "change") == 1


async def test_what_is_removed_is_gone():
    async with House(script=shows(Text("x"), IMAGE, Card("y"), Remove("image"))) as house:
        answer = await answered(await house.client())
        assert (answer["media"], len(answer["cards"])) == ([], 1)
        await house.parley.settled()
        assert not on_disk(house)


async def test_a_second_try_keeps_the_picture_until_there_is_another():
    began, go = asyncio.Event(), asyncio.Event()

    async def again(_parley, _event, screen, _stop):
        screen.show(Status("Painting"))
        began.set()
        await go.wait()
        screen.show(Image("second.png", samples.png(), "Another fox"))

    async with House(script=shows(IMAGE, DONE)) as house:
        ada = await house.client()
        answer = await answered(ada)
        house.parley.script = again
        await ada.press("thread-1", answer["buttons"][0]["id"])
        await began.wait()
        await ada.until(lambda: not ada.answers[0]["done"])
        assert ada.answers[0]["media"][0]["name"] == "fox.png"
        go.set()
        await ada.until(lambda: ada.answers[0]["done"])
        assert [medium["name"] for medium in ada.answers[0]["media"]] == ["second.png"]
        await house.parley.settled()
        assert len(on_disk(house)) == 1


async def test_an_answer_that_is_withdrawn_leaves_nothing_anywhere():
    async with House(script=shows(Text("x"), IMAGE, DONE)) as house:
        ada, tab = await house.client(), await house.client()
        answer = await answered(ada)
        await tab.open("thread-1")
        house.parley.script = shows(Withdraw())
        await ada.press("thread-1", answer["buttons"][0]["id"])
        for client in (ada, tab):
            await client.until(lambda client=client: not client.answers)
        await house.parley.settled()
        assert not on_disk(house)
        assert sum("/posts/" in key for key in house.state.rows) == 1  # the question
        assert "0" not in house.parley.logs[answer["id"]].known


async def test_a_withdrawal_before_anything_was_shown_shows_nothing():
    async with House(script=shows(Status("Hm"), Buttons(()), Withdraw())) as house:
        ada = await house.client()
        said = await ada.say("hm")
        house.parley.script = shows(Text("next"))
        await ada.open(said)
        await ada.say("and now?", thread=said)
        await ada.until(lambda: ada.answers and ada.answers[-1]["done"])
        assert [answer["text"] for answer in ada.answers] == ["next"]
