"""A recording of real speech, heard whole and heard in pieces, by the sandbox's engines."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from bot.media.pieces import Piece, pieces
from bot.media.stitching import stitch
from bot.media.transcripts import join
from bot.openai import catalogue
from bot.openai.exchange import Timeouts
from bot.openai.meter import Free
from bot.openai.speech import Speech, SpeechRequest
from bot.openai.transcription import Transcript, TranscriptionRequest, Transcriptions
from bot.openai.transport import Transport
from bot.openai.uploads import Upload
from tests.sandbox.conftest import KEY, sandbox
from tests.sandbox.hearing import beyond, made_by_joining, word_errors

AN_HOUR = Timeouts(first_byte=3_600, silence=3_600, total=7_200)


class Compared(NamedTuple):
    seconds: float  # of speech
    said: int  # words
    uncut: int  # wrong words of the whole
    cut: int  # wrong words of the joined pieces
    seams: int
    laps: int  # seams in the middle of speech, where two pieces overlap
    made: Sequence[str]  # see made_by_joining
    near: int  # words beyond the whole, near seams
    between: int  # the same in the middle of the pieces
    times: Sequence[float]  # of the joined words
    took: float  # seconds of hearing the pieces, beside the whole


async def compared(folder: Path, texts: Sequence[str], most_seconds: float) -> Compared:
    """Two sandboxes, so that the whole and its pieces are heard at the same time."""
    async with AsyncExitStack() as stack:
        one, other = [Transport(stack.enter_context(sandbox())[1], SecretStr(KEY), timeouts=AN_HOUR)
                      for _ in range(2)]  # fmt: skip
        stack.push_async_callback(one.aclose)
        stack.push_async_callback(other.aclose)
        recording = folder / "recording.ogg"
        await asyncio.to_thread(stitch, await _spoken(one, folder, texts), recording, "opus")
        (whole,), cut = (
            _pieces(recording, folder / "whole", 6_000),
            _pieces(recording, folder / "cut", most_seconds),
        )
        (uncut, _), (heard, took) = await asyncio.gather(_heard(one, [whole]), _heard(other, cut))
    joined, said = join(cut, heard), " ".join(texts)
    seams = [piece.start for piece in cut[1:]]
    middles = [(piece.start + piece.end) / 2 for piece in cut[1:]]
    laps = sum(after.start < before.end for before, after in pairwise(cut))
    wrong, words = word_errors(said, uncut[0].text)
    return Compared(
        whole.end, words, wrong, word_errors(said, joined.text)[0], len(seams), laps,
        made_by_joining(said, joined, heard), beyond(said, uncut[0], joined, seams),
        beyond(said, uncut[0], joined, middles), [word.start for word in joined.words], took,
    )  # fmt: skip


async def _spoken(transport: Transport, folder: Path, texts: Sequence[str]) -> list[Path]:
    speech, files = Speech(transport, catalogue.load()), []
    for number, text in enumerate(texts):
        request = SpeechRequest(model="piper-joe", voice="alloy", input=text, response_format="wav")
        async with aclosing(speech.stream(request, Free())) as sounds:
            content = b"".join([sound.content async for sound in sounds])
        files.append(folder / f"spoken {number}")
        files[-1].write_bytes(content)
    return files


def _pieces(recording: Path, folder: Path, most_seconds: float) -> list[Piece]:
    folder.mkdir()
    return list(pieces(recording, folder, most_bytes=25 << 20, most_seconds=most_seconds))


async def _heard(transport: Transport, cut: Sequence[Piece]) -> tuple[list[Transcript], float]:
    transcriptions, began = Transcriptions(transport, catalogue.load()), time.monotonic()
    heard = [await _transcript(transcriptions, piece) for piece in cut]
    return heard, time.monotonic() - began


async def _transcript(transcriptions: Transcriptions, piece: Piece) -> Transcript:
    request = TranscriptionRequest(
        model="whisper-tiny.en", file=await Upload.of(piece.path), response_format="verbose_json",
        timestamp_granularities=("word", "segment"),
    )  # fmt: skip
    return await transcriptions.create(request, Free())
