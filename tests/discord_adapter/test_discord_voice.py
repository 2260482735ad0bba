"""Something to listen to: a real voice message where Discord has them, else a file."""

import asyncio
import base64

import pytest

from bot.parts import File, Status, Text, Voice
from bot.screen import Screen
from tests.discord_adapter.asking import LAST, OGG, commanded, native, thinking
from tests.discord_adapter.conftest import Log, asked_in_channel

WAVE = bytes(range(64))
SPEECH = Voice("speech.ogg", OGG, 1.5, WAVE)
FLAG = 8192


@pytest.fixture
async def question(discord):
    return asked_in_channel(discord, await discord.mention("A question"))


def is_voice(discord, post):
    return bool(native(discord, post)["flags"] & FLAG)


async def test_speech_is_a_voice_message_with_its_length_and_its_waveform(bot, discord, question):
    await bot.deliver(question, SPEECH)
    (post,) = discord.posts()
    message = native(discord, post)
    (recording,) = message["attachments"]
    assert message["flags"] & FLAG
    assert (message["content"], message["components"]) == ("", [])
    assert recording["content_type"] == "audio/ogg"
    assert recording["duration_secs"] == 1.5
    assert base64.b64decode(recording["waveform"]) == WAVE
    assert discord.content("speech.ogg") == OGG


async def test_it_is_read_from_its_path(bot, discord, question, tmp_path):
    path = tmp_path / "speech.ogg"
    path.write_bytes(OGG)
    await bot.deliver(question, Voice("speech.ogg", path, 1.5))
    (post,) = discord.posts()
    assert is_voice(discord, post)
    assert discord.content("speech.ogg") == OGG


async def test_a_long_waveform_is_cut_and_a_missing_one_is_flat(bot, discord, question):
    await bot.deliver(
        question, Voice("a.ogg", OGG, 1.0, bytes(1000), "a"), Voice("b.ogg", OGG, 0.0, b"", "b")
    )
    assert [is_voice(discord, post) for post in discord.posts()] == [True, True]


async def test_words_and_buttons_stand_in_a_message_of_their_own(bot, discord, question):
    await bot.deliver(question, Text("Listen:"), SPEECH, LAST)
    words, speech = discord.posts()
    assert (words.text, words.buttons) == ("Listen:", ("Regenerate",))
    assert is_voice(discord, speech)


async def test_buttons_alone_stand_beside_its_name(bot, discord, question):
    await bot.deliver(question, SPEECH, LAST)
    shown = [(post.text, post.files, post.buttons) for post in discord.posts()]
    assert sorted(shown) == [("", ("speech.ogg",), ()), ("-# speech.ogg", (), ("Regenerate",))]


async def test_a_slash_commands_response_names_it_and_it_follows(bot, discord):
    await bot.deliver(await commanded(discord), SPEECH)
    name, speech = discord.posts()
    assert name.text == "-# speech.ogg"
    assert is_voice(discord, speech)
    assert not thinking(discord)


async def test_the_response_stays_to_the_end(bot, discord):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(await commanded(discord), screen=screen))
    screen.show(SPEECH)
    await discord.until(lambda: len(discord.posts()) == 2)
    screen.show(Status("still at work"))
    screen.finish()
    await answering
    assert [post.text for post in discord.posts()] == ["-# speech.ogg", ""]


async def test_where_parley_is_no_member_it_follows_through_the_interaction(bot, discord):
    await bot.deliver(await commanded(discord, outside=True), SPEECH)
    assert [is_voice(discord, post) for post in discord.posts()] == [False, True]


async def test_a_private_one_is_a_file_for_the_asker_alone(bot, discord):
    await bot.deliver(await commanded(discord, private=True), SPEECH)
    (post,) = discord.posts()
    assert (post.files, post.private_to) == (("speech.ogg",), "ada")
    assert not is_voice(discord, post)


@pytest.mark.parametrize("content", [b"ID3 an mp3", b"OggS with Vorbis in it", b""])
async def test_what_is_no_ogg_opus_is_a_file(bot, discord, question, content):
    await bot.deliver(question, Voice("speech.mp3", content, 1.5, WAVE))
    (post,) = discord.posts()
    assert post.files == ("speech.mp3",)
    assert not is_voice(discord, post)


async def test_without_the_permission_it_is_a_file(bot, discord, question):
    discord.store.rights.deny(discord.store.general, "send_voice_messages")
    await bot.deliver(question, SPEECH, Text("Listen:"))
    (post,) = discord.posts()
    assert (post.text, post.files) == ("Listen:", ("speech.ogg",))


async def test_what_discord_refuses_as_a_voice_message_is_a_file(bot, discord, question):
    discord.refuse_next("POST .*/messages", 400, 50161)
    await bot.deliver(question, SPEECH)
    (post,) = discord.posts()
    assert post.files == ("speech.ogg",)
    assert not is_voice(discord, post)


async def test_it_is_posted_once_however_often_the_answer_is_delivered(
    bot, discord, question, restarted
):
    discord.lose_next_answer()
    await bot.deliver(question, SPEECH, Text("Listen:"), File("notes.txt", b"x"))
    other = restarted()
    await other.deliver(question, SPEECH, Text("Listen:"), File("notes.txt", b"x"))
    await other.adapter.close()
    assert sorted(post.files for post in discord.posts()) == [("notes.txt",), ("speech.ogg",)]


async def test_killed_before_its_id_was_known_it_is_found_by_its_waveform(bot, discord, question):
    await bot.deliver(question, SPEECH)
    discord.advance(3600)  # no nonce is remembered so long
    question.log = Log(dict.fromkeys(question.log.known))
    await bot.deliver(question, SPEECH)
    assert len(discord.posts()) == 1


async def test_another_recording_takes_its_place(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    screen.show(SPEECH)
    await discord.until(discord.posts)
    screen.show(Voice("speech.ogg", OGG + b"longer", 2.5, WAVE))
    screen.finish()
    await answering
    (post,) = discord.posts()
    assert native(discord, post)["attachments"][0]["duration_secs"] == 2.5


async def test_one_that_is_too_large_is_told_of(bot, discord, question):
    await bot.deliver(question, Voice("speech.ogg", OGG + bytes(11 << 20), 600.0, WAVE))
    (post,) = discord.posts()
    assert "“speech.ogg” is too large to post: it has 11 MiB" in post.text
