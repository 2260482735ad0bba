"""What is read aloud, on every platform, as people get it."""

import base64

import numpy as np

from bot.media.probing import probe
from tests.contract.world import Upload
from tests.fakes.openai_media import SPOKEN
from tests.media.audio import RATE, read, tone, write


async def heard(house):
    """The name of the recording, once the answer is whole."""
    await house.world.until(lambda: any(post.files for post in house.world.posts()))
    await house.settled()
    ((name,),) = [post.files for post in house.world.posts() if post.files]
    return name


def waveform(world):
    """Of the recording, where the platform draws one."""
    if world.adapter.name == "discord":
        messages = (m for all_ in world.discord.store.messages.values() for m in all_.values())
        found = (a.get("waveform") for m in messages for a in m["attachments"])
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
    root = await world.mention("/voice on")
    await house.shows("Voice mode is")
    await house.settled()
    house.openai.answers.append("Good morning to you.")
    note = write(tmp_path / "note.wav", tone(2)).read_bytes()
    await world.share("", Upload("note.wav", note, "audio/wav", seconds=2), thread=root)
    name = await heard(house)
    said = "\n".join(post.text for post in world.posts())
    assert SPOKEN in said
    assert "Good morning to you." in said
    path = tmp_path / name
    path.write_bytes(world.content(name))
    assert probe(path).codec.startswith(world.adapter.speaks)
