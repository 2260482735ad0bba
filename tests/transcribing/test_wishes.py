"""Which model is asked, and for what."""

import pytest

from bot.errors import Refused
from bot.openai import catalogue
from bot.transcribing.languages import code, name
from bot.transcribing.wishes import Wish, plan

KNOWN = catalogue.load()


def planned(transcription="gpt-transcribe", translation="whisper-1", **wish):
    models = {"transcription": transcription, "translation": translation}
    return plan(KNOWN, models, Wish(**wish))


def asked(**facts):
    found = planned(**facts)
    return found.model.id, found.response_format


def test_a_model_that_tells_times_unasked_is_asked_for_them():
    assert asked() == ("gpt-transcribe", "json")
    assert asked(transcription="whisper-1") == ("whisper-1", "verbose_json")


def test_what_the_usual_model_does_not_give_another_gives():
    assert asked(format="srt") == ("whisper-1", "verbose_json")
    assert asked(speakers=True) == ("gpt-4o-transcribe-diarize", "diarized_json")
    assert asked(speakers=True, format="vtt") == ("gpt-4o-transcribe-diarize", "diarized_json")


def test_a_model_that_nobody_described_is_asked_for_what_is_wanted():
    assert asked(transcription="my-whisper") == ("my-whisper", "json")
    assert asked(transcription="my-whisper", format="srt") == ("my-whisper", "verbose_json")
    assert planned(transcription="my-whisper", format="srt").why == ""


def test_a_model_that_was_chosen_is_not_replaced():
    assert asked(model="whisper-1") == ("whisper-1", "verbose_json")
    with pytest.raises(Refused, match="it takes json"):
        planned(model="gpt-transcribe", format="vtt")


@pytest.mark.parametrize(
    ("model", "seconds"),
    [("whisper-1", 600), ("gpt-4o-transcribe", 400), ("my-whisper", 600)],
)
def test_a_piece_is_as_long_as_the_model_can_write_it_down(model, seconds):
    assert planned(transcription=model).most_seconds == seconds


def test_a_file_is_sent_as_it_is_if_the_model_takes_it():
    usual = planned()
    assert usual.takes("mp3", 25 * 2**20, 600)
    assert not usual.takes("mp3", 25 * 2**20 + 1, 600)
    assert not usual.takes("mp3", 1, 600.1)
    assert not usual.takes("", 1, 1)
    assert not usual.takes("aiff", 1, 1)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("German", "de"), ("de", "de"), (" DE-at ", "de"), ("pt_BR", "pt"), ("yue", "yue")],
)
def test_a_language_is_known_by_name_and_code(said, meant):
    assert code(said) == meant


@pytest.mark.parametrize("said", ["x", "Klingonish", "1", "de de"])
def test_what_is_no_language_is_refused(said):
    with pytest.raises(Refused, match="Parley knows no language"):
        code(said)


@pytest.mark.parametrize(
    ("told", "shown"), [("de", "German"), ("english", "English"), ("yue", "yue"), ("", "")]
)
def test_a_language_is_shown_by_its_name(told, shown):
    assert name(told) == shown
