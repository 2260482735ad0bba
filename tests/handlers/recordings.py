"""Recordings that are posted to Parley, and what a model hears in them."""

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from bot.dispatch.once import once
from bot.events import Attachment, Invocation, Message, Place
from bot.run import Run
from tests.handlers.desk import ADA, PLACE
from tests.media.audio import read, silence, tone, write

RATE = 16_000
PITCHES = {300: "one", 450: "two", 600: "three", 750: "four", 900: "five", 1050: "six"}
NOTE = Attachment("r1", "note.wav", "audio/wav", spoken=True)
TALK = Attachment("r2", "talk.wav", "audio/wav")
CHANNEL = Place("slack", "T1", "C1", "1.1")


def voice(seconds, pitch=300):
    """It swells three times a second, as a voice does and no noise."""
    swell = 0.6 + 0.4 * np.sin(np.arange(round(seconds * RATE)) / RATE * np.pi * 6)
    return tone(seconds, pitch, rate=RATE) * swell.astype(np.float32)


def counting(path, numbers=6, seconds=12.0):
    """One tone after the other, each a word to `pitch`, and a pause behind it."""
    sounds = [
        part for pitch in list(PITCHES)[:numbers]
        for part in (voice(seconds - 1, pitch), silence(1, RATE))
    ]  # fmt: skip
    return write(path, *sounds, rate=RATE).read_bytes()


def said(path, pitch=300, seconds=2.0, **kind):
    return write(path, voice(seconds, pitch), rate=RATE, **kind).read_bytes()


def words(file):
    """What is said in such a file as it came to the server: each second's pitch as a word, once."""
    with tempfile.NamedTemporaryFile() as copy:
        Path(copy.name).write_bytes(file.content)
        sound = read(copy.name, RATE)
    heard = []
    for start in range(0, sound.size - RATE // 2, RATE):
        second = sound[start : start + RATE]
        if np.abs(second).max() < 0.1:
            continue
        pitch = int(np.argmax(np.abs(np.fft.rfft(second))) * RATE / second.size)
        word = PITCHES[min(PITCHES, key=lambda known: abs(known - pitch))]
        heard += [word] if heard[-1:] != [word] else []
    return " ".join(heard)


def opened(contents):
    """Run.open over bytes by reference; an exception there is raised."""

    async def open_(attachment):
        content = contents[attachment.reference]
        if isinstance(content, Exception):
            raise content
        for start in range(0, max(len(content), 1), 50_000):
            yield content[start : start + 50_000]

    return open_


def posted(it, contents, *files, text="", addressed=True, id_="voice1", attempt=1, shown="", of=""):
    """A Run of a message with these files, `contents` by reference."""
    event = Message(
        id=id_, place=PLACE, author=ADA, at=1.0, text=text, source="1.1", addressed=addressed,
        attachments=files or (NOTE,), of=of,
    )  # fmt: skip
    return _ready(it, Run(event, id_, shown, attempt), contents)


def asked(it, contents, command="transcribe", *, of="", on=None, id_="asked1", **values):
    """A Run of a command; `of` makes a button's form of it."""
    event = Invocation(
        id=id_, place=PLACE, author=ADA, at=1.0, command=command, values=values, of=of, on=on,
        by="form",
    )  # fmt: skip
    return _ready(it, Run(event, id_), contents)


def _ready(it, run, contents):
    run.open = opened(contents)
    if it:
        run.once = partial(once, it.storage.steps, run.id)
    return run
