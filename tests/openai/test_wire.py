"""Whatever a server writes is read, or is an error of ours."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openai import errors, images, moderations
from bot.openai.batches import Batch
from bot.openai.chat_wire import ChunkReader, completion
from bot.openai.embeddings import _read as embeddings
from bot.openai.embeddings import _vectors
from bot.openai.files import File
from bot.openai.fine_tuning import Job, JobEvent
from bot.openai.models import OfferedModel
from bot.openai.resource import Page
from bot.openai.stream import Answer
from bot.openai.transcription import TranscriptionRequest, _reader
from bot.openai.uploads import Upload
from bot.openai.wire import event_reader, reader

NAMES = (
    "choices", "message", "delta", "content", "tool_calls", "function", "name",
    "arguments", "index", "logprobs", "usage", "prompt_tokens", "completion_tokens",
    "input_tokens", "prompt_tokens_details", "cached_tokens", "data", "embedding",
    "b64_json", "url", "results", "flagged", "categories", "category_scores", "text",
    "segments", "words", "start", "end", "duration", "id", "status", "error", "errors",
    "object", "has_more", "last_id", "request_counts", "type", "seconds", "finish_reason",
    "model", "metadata", "method", "created_at", "bytes",
)  # fmt: skip
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=50) | JSON.map(msgspec.json.encode)

TRANSCRIPTION = TranscriptionRequest(model="m", file=Upload.content("a.mp3", b""))
READERS = {
    "chat": completion,
    "embeddings": lambda answer: _vectors(embeddings(answer), 1, answer),
    "images": images._pictures,
    "moderations": moderations._read,
    "transcription": _reader(TRANSCRIPTION),
    **{kind.__name__: reader(kind) for kind in (File, Job, Batch, OfferedModel)},
    **{f"{kind.__name__}s": reader(Page[kind]) for kind in (File, JobEvent, Batch)},
    "painting": lambda answer: event_reader(images._Event)(answer.body, answer.headers),
}


@pytest.mark.parametrize("name", READERS)
@given(BODIES)
def test_any_body_is_read_or_an_error(name, body):
    with suppress(errors.OpenAIError):
        found = READERS[name](Answer(200, body, {}))
        assert found is not None
        str(getattr(found, "usage", None))


@given(st.lists(BODIES, max_size=4))
def test_any_event_of_a_chat_is_read_or_an_error(bodies):
    read = ChunkReader({})
    with suppress(errors.OpenAIError):
        for body in bodies:
            for chunk in read.feed(b"data: " + body.replace(b"\n", b" ") + b"\n\n"):
                assert isinstance(chunk.text, str)


@pytest.mark.parametrize("name", READERS)
def test_an_error_in_the_place_of_an_answer_is_that_error(name):
    body = b'{"error": {"code": "rate_limit_exceeded", "message": "slow down"}}'
    with pytest.raises(errors.RateLimited):
        READERS[name](Answer(200, body, {"content-type": "application/json"}))
