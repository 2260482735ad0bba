"""What is read aloud, on every platform, as people get it."""

import base64

import numpy as np
import pytest

from bot.media.probing import probe
from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import SPOKEN
from tests.handlers.recordings import said
from tests.media.audio import RATE, read


async def heard(house):
    """The name of the recording, once the answer is whole."""
    await house.world.until(lambda: any(post.files for post in house.world.posts()))
    await house.settled()
    ((name,),) = [post.files for post in house.world.posts() if post.files]
    return name


def sent(store):
    """The files that Parley posted on Discord."""
    messages = (m for all_ in store.messages.values() for m in all_.values())
    return [f for m in messages if m["author"] is store.me for f in m["attachments"]]


def waveform(world):
    """Of the recording, where the platform draws one."""
    if world.adapter.name == "discord":
        found = (file.get("waveform") for file in sent(world.discord.store))
    else:
        windows = getattr(world, "_windows", {}).values()
        found = (m["waveform"] for w in windows for post in w.answers for m in post["media"])
    drawn = next(filter(None, found), None)
    return drawn and np.frombuffer(base64.b64decode(drawn), np.uint8)


def likeness(bars, sound):
    """The correlation of the bars, a tenth of a second each, with the loudness of what is heard."""
    size = RATE // 10
    pieces = [sound[at : at + size].astype(float) for at in range(0, len(bars) * size, size)]
    rms = [np.sqrt(np.mean(piece**2)) for piece in pieces]
    return np.corrcoef(bars, rms)[0, 1]


async def test_a_text_is_read_aloud_in_what_people_can_play_there(house, world, tmp_path):
    root = await world.mention("/speak Good morning to all of you, and to those still at home.")
    name = await heard(house)
    path = tmp_path / name
    path.write_bytes(world.content(name))
    assert probe(path).codec.startswith(world.adapter.speaks)
    assert waveform(world) is None or likeness(waveform(world), read(path)) > 0.95
    assert {post.thread for post in world.posts()} == {root}
    assert not any(post.card for post in world.posts())


async def test_a_message_is_read_aloud_from_its_own_menu(house, world):
    said = await world.say("Lunch is at one.", by="bob")
    await world.shortcut("Read aloud", on=said)
    await heard(house)
    assert house.openai.calls[-1].body["input"] == "Lunch is at one."


async def test_what_cannot_be_read_aloud_is_said_in_a_sentence(house, world):
    await world.mention("/speak ---")
    await house.shows("no words")
    assert house.openai.calls == []


async def test_a_voice_note_is_written_down_and_answered_in_voice(house, world, tmp_path):
    root = await world.mention("voice mode on")
    await house.shows("Voice mode is")
    await house.settled()
    spoken = "Good morning to you, Ada, and thanks: " + "it is a day like no other. " * 20
    house.openai.answers.append(spoken.replace("Ada", "[Ada](https://a.b)").strip())
    note = said(tmp_path / "note.wav")
    await world.share("", Upload("note.wav", note, "audio/wav", seconds=2), thread=root)
    name = await heard(house)
    words = "\n".join(post.text for post in world.posts())
    assert SPOKEN in words
    assert "Good morning to you" in words
    assert house.openai.calls[-1].body["input"] == spoken.strip()
    path = tmp_path / name
    path.write_bytes(world.content(name))
    sound = probe(path)
    assert sound.codec.startswith(world.adapter.speaks)
    if world.adapter.name != "slack":  # it draws waveforms itself
        assert likeness(waveform(world), read(path)) > 0.95
        assert length(world) == pytest.approx(sound.seconds, abs=0.1)


def length(world):
    """Of the recording, as the platform tells it."""
    if world.adapter.name == "discord":
        found = (file.get("duration_secs") for file in sent(world.discord.store))
    else:
        windows = world._windows.values()
        found = (m["seconds"] for w in windows for post in w.answers for m in post["media"])
    return next(filter(None, found))


async def test_a_long_text_is_spoken_side_by_side_and_comes_as_one(house, world, tmp_path):
    text = " ".join(f"This is sentence number {number}." for number in range(200))
    await world.slash("speak", text)  # a message on Discord has 2,000 characters, an option 6,000
    name = await heard(house)
    spoken = [call.body["input"] for call in house.openai.calls]
    assert len(spoken) == 2
    assert " ".join(sorted(spoken, key=text.index)) == text
    path = tmp_path / name
    path.write_bytes(world.content(name))
    assert probe(path).seconds == pytest.approx(len("".join(spoken)) / 100, abs=0.2)


async def test_what_is_too_large_for_the_platform_is_spoken_in_fewer_bits(house, world, tmp_path):
    world.take_at_most(60_000)
    await world.mention("/speak " + "word " * 300)
    name = await heard(house)
    await house.shows("In lower quality")
    path = tmp_path / name
    path.write_bytes(world.content(name))
    assert path.stat().st_size <= 60_000
    assert probe(path).seconds == pytest.approx(15, abs=0.2)


async def test_a_file_that_is_too_large_comes_in_a_smaller_format(house, world):
    world.take_at_most(200_000)
    text = ("word " * 900).strip()
    await world.slash("speak", f'text:"{text}" format:wav')
    assert await heard(house) == "speech.mp3"
    await house.shows("As MP3, as the WAV is too large for this place.")


async def test_what_is_too_large_even_then_is_told(house, world):
    if world.adapter.name == "page":
        pytest.skip("its only limit is the disk")
    world.take_at_most(2_000)
    await world.mention("/speak " + "word " * 300)
    await world.until(lambda: any("larger than this workspace" in p.text or "too large" in p.text
                                  for p in world.posts()))  # fmt: skip
    await house.settled()
    assert not any(post.files for post in world.posts())


async def test_the_message_that_one_replies_to_is_read(house, world):
    if world.adapter.name != "discord":
        pytest.skip("there one answers in a thread, whose last message is read")
    on = await world.say("Lunch is at one.", by="bob")
    await world.say("Or later.", by="bob")
    await world.discord.mention("speak", to=on)
    await heard(house)
    assert house.openai.calls[-1].body["input"] == "Lunch is at one."


async def test_in_a_thread_its_last_message_is_read(house, world):
    root = await world.say("Lunch is at one.", by="bob")
    await world.until(lambda: world.stands(root))
    await world.say("Or at two.", by="bob", thread=root)
    await house.settled()
    await world.mention("speak", thread=root)
    await heard(house)
    assert house.openai.calls[-1].body["input"] == "Or at two."


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("speak Hello voice:zorro", "it takes alloy, ash, ballad"),
        ("speak Hello model:tts-1 voice:marin", "that tts-1 takes; it takes alloy"),
        ("speak Hello speed:9", "`speed` is at most 4"),
        ("speak Hello format:ogg", "`format` is one of mp3, opus, aac"),
        ("imagine a fox size:10x10", "it takes auto, 1024x1024"),
        ("imagine a fox quality:hd", "it takes auto, low, medium and high"),
        ("imagine a fox n:11", "`n` is at most 10"),
        ("imagine a fox fidelity:high", "send that too, as `picture`"),
        ("transcribe model:gpt-transcribe format:srt", "gpt-transcribe takes; it takes json"),
    ],
)
async def test_what_the_model_does_not_have_is_told_with_what_it_has(
    house, world, tmp_path, asked, told
):
    files = [Upload("a.wav", said(tmp_path / "a"), "audio/wav")] * asked.startswith("transcribe")
    await world.share(f"/{asked}", *files)
    await house.shows(told)
    await house.settled()
    assert house.openai.calls == []


async def test_what_fails_on_the_way_leaves_nothing_but_a_sentence(house, world):
    house.openai.faults.append(Fault(400, "invalid_value"))
    await world.mention("/speak Good morning.")
    await world.until(lambda: any("model" in post.text for post in world.posts()))
    await house.settled()
    assert not any(post.card or post.files or post.buttons for post in world.posts())
    assert len(world.posts()) == 1
