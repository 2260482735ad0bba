"""kill -9 in the middle of a long recording: it goes on, and nothing is heard, or paid, twice."""

import io
import sqlite3
from itertools import groupby
from pathlib import Path

import av
import numpy as np
import pytest

from tests.chaos.world import until
from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.handlers.recordings import PITCHES, words
from tests.media.audio import silence, tone, write

pytestmark = pytest.mark.long  # two minutes
RATE = 8_000
MINUTES = 90


def recording(path: Path) -> bytes:
    """A word for a quarter of an hour, then the next; each minute somebody takes a breath."""
    swell = (0.6 + 0.4 * np.sin(np.arange(58 * RATE) / RATE * 19)).astype(np.float32)
    minutes = [
        part
        for pitch in PITCHES
        for _ in range(MINUTES // len(PITCHES))
        for part in (tone(58, pitch, rate=RATE) * swell, silence(2, RATE))
    ]
    return write(path, *minutes, rate=RATE).read_bytes()


def sound(content: bytes) -> int:
    """What is in an Ogg file, whose pages have another number each time that it is written."""
    with av.open(io.BytesIO(content)) as file:
        return hash(b"".join(bytes(packet) for packet in file.demux(audio=0)))


def most_memory(parley) -> int:
    """MiB that the process ever had, from now back to its start."""
    status = Path(f"/proc/{parley._process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


@pytest.mark.timeout(300)
async def test_each_piece_is_heard_and_paid_once_through_two_kills(world, figures, tmp_path):
    content = recording(tmp_path / "a")
    async with world(words=5, interval=0.0, thinking=0) as it:
        it.openai.hears = words
        await it.start()
        await it.listened_to()
        file = it.slack.upload(Upload("talk.wav", content, "audio/wav"))
        killed_at = []
        it.openai.faults.extend([None, None, *[Fault(hang=True)] * 3])
        root = await it.slack.mention("", file)
        for _ in range(2):
            heard = len(it.openai.calls)
            await until(lambda heard=heard: len(it.openai.calls) >= heard + 5, 120)
            await it.parley.kill()
            killed_at.append(len(it.openai.calls))
            it.openai.faults.clear()
            it.openai.faults.extend(
                [None, None, *[Fault(hang=True)] * 3] if not killed_at[1:] else []
            )
            await it.start()

        def shown():
            return [post for post in it.posts() if post.place == f"slack/C1/{root}"]

        await until(lambda: [p for p in shown() if "Summarise" in p.buttons] == shown() != [], 120)
        await until(lambda: not it.openai.open_calls)
        memory = most_memory(it.parley)
        (post,) = shown()
        said = post.text.partition("\n")[0].split()
        assert [word for word, _ in groupby(said)] == list(PITCHES.values())
        assert "1:30:00" in post.text
        sent = [sound(call.files[0].content) for call in it.openai.calls]
        answered = [*sent[:2], *sent[5:7], *sent[10:]]
        assert len(set(answered)) == len(answered) == len(set(sent))
        rows = dict(_rows(it.parley.database))
        assert rows["settled"] == len(sent)
        figures(
            "kill -9 in a recording",
            minutes=MINUTES,
            pieces=len(set(sent)),
            calls=len(sent),
            hung_at_a_kill=6,
            MiB=memory,
        )


def _rows(database: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(database) as db:
        query = (
            "SELECT state, count(*) FROM calls WHERE capability = 'transcription' GROUP BY state"
        )
        return db.execute(query).fetchall()
