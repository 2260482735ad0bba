"""The gate, whatever a handler says and however it cuts it."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused
from bot.events import Message
from bot.moderating import gate
from bot.moderating.gate import Gate
from bot.moderating.guard import Guard
from bot.moderating.judge import OVERLAP, PIECE, pieces
from bot.moderating.words import length
from bot.parts import Card, Delta, Remove, Text
from bot.run import Run
from bot.screen import Screen
from tests.handlers.desk import ADA, PLACE

WORDS = st.lists(st.sampled_from(["a ", "bc", "hu", "rt", "hurt", " x" * 40, "h", "u", "r", "t"]))
OTHERS = st.sampled_from([Card("a card"), Remove("nothing"), Text("a note", key="note")])


async def harmless(text):
    await asyncio.sleep(0)
    if "hurt" in text:
        raise Refused("It is harmful.")


async def shown(parts):
    """All that people read on the way, and in the end."""

    async def handler(_run):
        for part in parts:
            yield part
            await asyncio.sleep(0)

    event = Message(id="m", place=PLACE, author=ADA, at=1.0, text="hello", source="1.1")
    screen, texts, guard = Screen(), [], Guard(harmless)
    guard.check("hello")
    async for part in Gate(Run(event, "d"), handler, guard, harmless).parts():
        screen.show(part)
        texts.append(screen.text)
    await guard.aclose()
    return texts, screen.text


@settings(max_examples=150, deadline=None)
@given(WORDS, st.lists(st.tuples(st.integers(0, 20), OTHERS), max_size=3))
def test_what_is_harmful_is_never_read_and_all_else_is(words, others):
    parts = [Delta(word) for word in words]
    for at, part in others:
        parts.insert(at, part)
    texts, last = asyncio.run(shown(parts))
    assert not any("hurt" in text for text in texts)
    if "hurt" in "".join(words):
        assert last == "It is harmful."
    else:
        assert "".join(words) in last or not "".join(words).strip()


@given(st.integers(0, 4 * PIECE))
def test_pieces_overlap_and_leave_nothing_out(length):
    text = "".join(chr(0x4E00 + n % 20_000) for n in range(length))
    found = list(pieces(text))
    assert all(len(piece) <= PIECE for piece in found)
    whole = "".join(piece[OVERLAP if n else 0 :] for n, piece in enumerate(found))
    assert whole == text


@pytest.mark.parametrize("reason", ["person", "shutdown"])
async def test_a_stop_reaches_the_handler_while_its_words_wait(monkeypatch, reason):
    monkeypatch.setattr(gate, "AGES", (0.01,))
    asked, allowed = asyncio.Event(), asyncio.Event()

    async def slow(_text):
        asked.set()
        await allowed.wait()

    async def handler(run):
        yield Delta("some words")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            yield Text(f"_{run.stopped}_", key="note")

    event = Message(id="m", place=PLACE, author=ADA, at=1.0, text="hello", source="1.1")
    run, screen = Run(event, "d"), Screen()

    async def pump():
        async for part in Gate(run, handler, Guard(slow), slow).parts():
            screen.show(part)

    task = asyncio.create_task(pump())
    await asked.wait()
    run.stopped = reason
    task.cancel()
    await asyncio.sleep(0)
    assert screen.text == ""
    allowed.set()
    await asyncio.wait_for(task, 5)
    assert screen.text == f"some words\n\n_{reason}_"


async def test_while_a_verdict_is_waited_for_a_word_is_looked_at_as_often_as_the_first(monkeypatch):
    looks = 0

    def counted(part):
        nonlocal looks
        looks += 1
        return length(part)

    monkeypatch.setattr(gate, "length", counted)
    allowed = asyncio.Event()

    async def slow(_text):
        await allowed.wait()

    async def handler(_run):
        for _ in range(2_000):
            yield Delta("word ")
        allowed.set()

    event = Message(id="m", place=PLACE, author=ADA, at=1.0, text="hello", source="1.1")
    async for _ in Gate(Run(event, "d"), handler, Guard(slow), slow).parts():
        pass
    assert looks <= 3 * 2_000
