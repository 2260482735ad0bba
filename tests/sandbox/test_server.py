"""What the sandbox says as a server: keys, addresses, broken requests, its own end."""

import signal
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest

from sandbox.__main__ import main
from tests.sandbox.conftest import KEY, PATIENCE, sandbox

MODEL = "smollm2-135m-instruct"


@pytest.fixture
def http(base_url: str):
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=PATIENCE) as client:
        yield client


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, None),
        ({"Authorization": "Basic abc"}, None),
        ({"Authorization": "Bearer pk-someone-else-s"}, "invalid_api_key"),
        ({"Authorization": "Bearer sk-"}, "invalid_api_key"),
        ({"Authorization": "Bearer schlüssel".encode()}, "invalid_api_key"),
    ],
)
def test_a_wrong_key_gets_401_and_is_not_repeated_whole(base_url, header, code):
    answer = httpx.get(f"{base_url}/models", headers=header, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    assert "someone-else" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nothing", 404, "Invalid URL (GET /v1/nothing)"),
        ("GET", "/chat/completions", 405, "Not allowed to GET"),
        ("POST", "/models", 405, "Not allowed to POST"),
    ],
)
def test_an_unknown_address_is_named(http, method, path, status, said):
    answer = http.request(method, path)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"model": "\\ud800"}', 400),
        (b" " * 67_200_000, 413),
    ],
)
def test_what_is_no_request_is_refused_in_openai_s_shape(http, body, status):
    answer = http.post("/chat/completions", content=body)
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_every_answer_has_a_request_id_of_its_own(http):
    ids = {http.get(path).headers["x-request-id"] for path in ("/models", "/models", "/nothing")}
    assert len(ids) == 3


def test_it_ends_with_the_process_that_started_it():
    with sandbox() as (process, url):
        assert url.startswith("http://127.0.0.1:")
        process.stdin.close()
        assert process.wait(10) == 0


def test_it_ends_in_the_middle_of_a_sentence_and_leaves_no_folder_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    body = {"model": "tts-1", "voice": "alloy", "input": "word " * 800}
    with (
        sandbox() as (process, url),
        httpx.Client(headers={"Authorization": f"Bearer {KEY}"}) as client,
        suppress(httpx.HTTPError),
    ):
        assert [*tmp_path.glob("sandbox-*")]
        with suppress(httpx.ReadTimeout):
            client.post(f"{url}/audio/speech", json=body, timeout=0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert [*tmp_path.glob("sandbox-*")] == []


def test_ctrl_c_is_left_to_the_process_that_started_it():
    with sandbox() as (process, url):
        process.send_signal(signal.SIGINT)
        assert httpx.get(f"{url}/models", timeout=PATIENCE).status_code == 401


def test_it_stops_in_the_middle_of_an_answer():
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Tell me a story."}]}
    with (
        sandbox("--key", "sk-other") as (process, url),
        httpx.Client(headers={"Authorization": "Bearer sk-other"}, timeout=30) as client,
        client.stream("POST", f"{url}/chat/completions", json=body | {"stream": True}) as answer,
    ):
        assert next(answer.iter_lines()).startswith("data: ")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_port_in_use_is_said_in_a_sentence(base_url):
    port = str(httpx.URL(base_url).port)
    command = [sys.executable, "-m", "sandbox", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"sandbox: cannot listen on 127.0.0.1:{port}: ")


def test_a_key_that_was_set_is_the_only_one():
    with sandbox("--key", "sk-other") as (_, url):
        for key, status in (("sk-other", 200), ("sk-others", 401), ("sk-sandbox", 401)):
            headers = {"Authorization": f"Bearer {key}"}
            answer = httpx.get(f"{url}/models", headers=headers, timeout=PATIENCE)
            assert answer.status_code == status


def test_it_starts_with_a_table_of_its_engines():
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--speech", "espeak"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(10)]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert lines[1].split() == ["capability", "engine", "runs"]
    told = {line.split()[0]: line.split()[1] for line in lines[2:9]}
    assert told == {
        "chat": "smollm2-135m-instruct",
        "embeddings": "wordllama-256",
        "speech": "espeak-ng",
        "transcription": "whisper-tiny.en",
        "moderation": "sandbox-moderation",
        "images": "sandbox-sketch",
        "fine-tuning": "sandbox-stand-in",
    }


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--fault=explode", "is no fault"),
        ("--rpm=0", "is no count"),
        ("--speech=siri", "invalid choice"),
        ("--port=99999", "'99999' is no port; it is 0 to 65535"),
        ("--port=-1", "'-1' is no port"),
        ("--port=http", "'http' is no port"),
    ],
)
def test_a_wrong_option_is_said_in_a_sentence(monkeypatch, capsys, option, said):
    monkeypatch.setattr(sys, "argv", ["sandbox", option])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
