"""Voice notes and recordings on every platform, as people post them and read what was said."""

import pytest

from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import SPOKEN
from tests.handlers.recordings import counting, said, words
from tests.media.audio import noise, silence, write

BELOW = {"Summarise", "Ask", "Subtitles", "Receipt"}


@pytest.fixture
def note(tmp_path):
    return Upload("note.wav", said(tmp_path / "note"), "audio/wav", seconds=2)


@pytest.fixture
def talk(tmp_path):
    return Upload("talk.wav", said(tmp_path / "talk", seconds=3), "audio/wav")


async def written_down(house, number=1):
    """The posts with the buttons of a transcript, once there are so many."""

    def found():
        return [post for post in house.world.posts() if set(post.buttons) >= BELOW]

    await house.world.until(lambda: len(found()) >= number)
    await house.settled()
    return found()


async def posted(house, *files, by="bob"):
    """The message, which is to nobody, once it stands."""
    said = await house.world.say("", *files, by=by)
    await house.world.until(lambda: house.world.stands(said))
    await house.settled()
    return said


def paths(house):
    return [call.path.removeprefix("/v1/") for call in house.openai.calls]


async def listening(house):
    """Transcription is on in the channel."""
    place = (await house.shows("hello there")) and house.heard[-1].place
    await house.services.preferences.put(place.channel_key, "transcription", "on")


async def test_a_recording_is_written_down_with_language_length_and_cost(house, world, talk):
    house.openai.languages = ["de"]
    root = await world.share("", talk)
    (post,) = await written_down(house)
    assert post.thread == root
    assert SPOKEN in post.text
    for fact in ("German", "0:03", "$0.0002", "gpt-transcribe"):
        assert fact in post.text


async def test_what_is_said_to_parley_alone_is_written_down_and_answered(house, world, note):
    house.openai.answers.append("Hello yourself.")
    await world.direct("", note)
    post = await house.shows("Hello yourself.")
    await house.settled()
    assert any(SPOKEN in each.text for each in house.posts(post.thread))
    assert house.openai.calls[-1].body["messages"][-1]["content"] == SPOKEN


async def test_a_film_is_heard(house, world, tmp_path):
    house.openai.hears = words
    film = said(tmp_path / "a", seconds=3, container="mp4", codec="aac", pictures=True)
    await world.direct("", Upload("film.mp4", film, "video/mp4"))
    (post,) = await written_down(house)
    assert "one" in post.text


async def test_where_transcription_is_on_notes_to_nobody_are_written_down(house, world, note):
    await world.mention("hello there")
    await listening(house)
    before = len(house.openai.calls)
    root = await world.say("", note, by="bob")
    (post,) = await written_down(house)
    assert (post.thread, SPOKEN in post.text) == (root, True)
    assert paths(house)[before:] == ["audio/transcriptions"]  # and nothing is answered


async def test_where_it_is_off_nobody_listens(house, world, note):
    await world.say("", note, by="bob")
    root = await world.mention("hello there")
    await house.answered(thread=root)
    assert paths(house) == ["chat/completions"]


async def test_a_note_of_before_is_written_down_by_a_word_in_its_thread(house, world, note):
    root = await posted(house, note)
    await world.mention("transcribe", thread=root)
    (post,) = await written_down(house)
    assert (post.thread, SPOKEN in post.text) == (root, True)
    assert paths(house) == ["audio/transcriptions"]


async def test_a_note_is_written_down_in_reply_to_it(house, world, note):
    if world.adapter.name != "discord":
        pytest.skip("there one answers in a thread")
    on = await posted(house, note)
    await world.discord.mention("transcribe language:English", to=on)
    await written_down(house)
    assert house.openai.calls[-1].body["language"] == "en"


async def test_where_no_recording_is_meant_it_says_how_to_name_one(house, world):
    await world.mention("transcribe")
    await house.shows("Which recording?")
    assert house.openai.calls == []


async def test_a_message_is_written_down_as_it_is_wished_from_its_own_menu(house, world, talk):
    on = await posted(house, talk)
    await world.shortcut("Transcribe", on=on)
    await written_down(house)
    assert paths(house) == ["audio/transcriptions"]


async def test_subtitles_come_as_a_file(house, world, talk):
    await world.share("/transcribe format:srt language:de", talk)
    await written_down(house)
    assert world.content("talk.srt").decode().startswith("1\n00:00:00,000 --> 00:00:02,")
    assert house.openai.calls[-1].body["language"] == "de"


async def test_below_a_transcript_it_is_summed_up_and_asked_about(house, world, talk):
    await world.share("", talk)
    (post,) = await written_down(house)
    house.openai.answers.extend(["It is a test.", "Nobody in particular."])
    await world.press("Summarise", post=post.id, by="bob")
    await house.shows("It is a test.")
    await house.settled()
    await world.press("Ask", post=post.id)
    await world.until(world.form)
    assert world.form() == ("question",)
    await world.fill(question="Who speaks?")
    answer = await house.shows("Nobody in particular.")
    assert answer.thread == post.thread
    await house.settled()


def _text(path):
    return b"Dear all, this is no sound."


def _cut(path):
    return said(path, container="mp4", codec="aac")[:200]


def _film(path):
    return write(path, container="mp4", codec="aac", pictures=True).read_bytes()


def _still(path):
    return write(path, silence(3)).read_bytes()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_text, "is text, not sound"), (_cut, "may have been cut short"),
        (_film, "no sound in this file, only pictures"), (_still, "it is silent from beginning"),
        (lambda path: b"", "is empty"),
    ],
    ids=["text", "cut", "film", "still", "empty"],
)  # fmt: skip
async def test_what_cannot_be_heard_is_told_and_costs_nothing(
    house, world, tmp_path, make, sentence
):
    content = make(tmp_path / "a")
    if not content and world.adapter.name == "page":
        pytest.skip("the page takes no empty file, and says so when it is chosen")
    # The page looks into what it is given, and has no text for sound.
    asks = "/transcribe" if make is _text else ""
    await world.share(asks, Upload("voice.mp3", content, "audio/mpeg"))
    await house.shows(sentence)
    await house.settled()
    assert house.openai.calls == []
    rows = await house.storage.database.read(
        lambda db: db.execute("SELECT * FROM calls").fetchall()
    )
    assert rows == []


async def test_words_in_nothing_but_a_noise_come_with_a_warning(house, world, tmp_path):
    hiss = write(tmp_path / "a", noise(3, 0.01)).read_bytes()
    await world.share("", Upload("hiss.wav", hiss, "audio/wav"))
    (post,) = await written_down(house)
    assert "the words may be invented" in post.text


async def test_a_file_that_was_deleted_before_it_was_read_is_told(house, world, talk):
    on = await posted(house, talk)
    world.lose_files()
    await world.shortcut("Transcribe", on=on)
    await world.until(lambda: any("talk.wav" in post.text for post in world.posts()))
    await house.settled()
    ((text,),) = [(post.text,) for post in world.posts()]
    assert any(word in text for word in ("is gone", "no longer", "not here any more"))
    assert house.openai.calls == []


async def test_a_recording_that_is_gone_cannot_be_translated_and_the_transcript_stays(
    house, world, talk
):
    house.openai.languages = ["de"]
    await world.share("", talk)
    (post,) = await written_down(house)
    world.lose_files()
    await world.press("Translate", post=post.id)
    await world.until(lambda: any("“talk.wav”" in post.text for post in world.posts()))
    await house.settled()
    assert post in world.posts()
    assert len(house.openai.calls) == 1


async def test_a_transcript_that_is_too_large_for_the_platform_is_packed(house, world, talk):
    house.openai.hears = lambda _: SPOKEN * 30
    world.take_at_most(1_000)
    await world.share("/transcribe format:verbose", talk)
    await written_down(house)
    assert world.content("talk.json.zip").startswith(b"PK")


async def test_killed_on_the_way_it_goes_on_and_pays_for_nothing_twice(
    house, world, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.transcribing.wishes._LONGEST", 26.0)
    house.openai.hears = words
    house.openai.faults.extend([None, Fault(hang=True), Fault(hang=True)])
    await world.share("", Upload("talk.wav", counting(tmp_path / "a"), "audio/wav"))
    await house.openai.called(3)
    await world.until(lambda: any(post.card for post in world.posts()))
    await house.restart()
    (post,) = await written_down(house)
    assert "one two three four five six" in post.text
    assert not any(post.card for post in world.posts())
    # Three pieces, and again the two that hung when it was killed.
    assert len(house.openai.calls) == 5


async def test_what_fails_before_the_first_word_leaves_nothing_but_a_sentence(
    house, world, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.transcribing.wishes._LONGEST", 26.0)
    house.openai.faults.extend([Fault(401, "invalid_api_key")] * 3)
    await world.share("", Upload("talk.wav", counting(tmp_path / "a"), "audio/wav"))
    await house.shows("did not accept Parley's API key")
    await house.settled()
    assert not any(post.card or post.buttons for post in world.posts())
    assert len(world.posts()) == 1


async def test_a_long_recording_can_be_stopped(house, world, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.transcribing.wishes._LONGEST", 26.0)
    house.openai.hears = words
    house.openai.faults.extend([None, Fault(hang=True), Fault(hang=True)])
    await world.share("", Upload("talk.wav", counting(tmp_path / "a"), "audio/wav"))
    await house.openai.called(3)
    await world.until(lambda: any("Stop" in post.buttons for post in world.posts()))
    (post,) = (post for post in world.posts() if "Stop" in post.buttons)
    await world.press("Stop", post=post.id)
    (post,) = await written_down(house)
    assert "it was stopped." in post.text
    assert not any("Stop" in post.buttons or post.card for post in world.posts())
