"""What FakeOpenAI answers, and what goes wrong with it."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call. The numbers count chunks that still come before it."""

    status: int = 0  # this error instead of an answer
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None  # instead of the JSON error, with `status` (200 too): HTML, text
    disconnect: bool = False  # close without a byte
    hang: bool = False  # no byte until the client goes away (or `release`)
    stall_after: int | None = None  # silence until `release`, then go on
    cut_after: int | None = None  # close the connection in the middle of the stream
    cut_after_finish: bool = False  # close the connection between finish_reason and usage
    end_after: int | None = None  # end the stream politely, without finish_reason and [DONE]
    garbage_after: int | None = None  # a chunk that is no JSON
    error_after: int | None = None  # an error with `code` as an event of the stream


@dataclass
class Bill:
    """What one call cost: a token a word of the prompt, a token a chunk of the answer."""

    prompt_tokens: int
    completion_tokens: int = 0

    @property
    def usage(self) -> dict[str, Any]:
        total = self.prompt_tokens + self.completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": total,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


class Answer:
    """One completion: its words, and how they go out."""

    def __init__(self, fake: Any, body: dict[str, Any], request_id: str) -> None:
        said = [_words(message["content"]) for message in body["messages"]]
        text = fake.answers.popleft() if fake.answers else fake.echo + "".join(said[-1])
        most = body.get("max_completion_tokens") or body.get("max_tokens") or 1_000_000
        self._fake = fake
        self._body = body
        self._id = request_id
        self._chunks = _words(text)[:most]
        self._reason = "length" if len(_words(text)) > most else fake.finish_reason
        self.bill = Bill(sum(map(len, said)))

    def whole(self) -> dict[str, Any]:
        self.bill.completion_tokens = len(self._chunks)
        message = {"role": "assistant", "content": "".join(self._chunks)}
        choice = {"index": 0, "message": message, "finish_reason": self._reason}
        return self._envelope("chat.completion", choices=[choice], usage=self.bill.usage)

    async def stream(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        head = {"Content-Type": "text/event-stream; charset=utf-8", "x-request-id": self._id}
        response = web.StreamResponse(headers=head)
        await response.prepare(request)
        await self._send(response, self._delta(role="assistant", content=""))
        await asyncio.sleep(self._fake.thinking)
        for number, word in enumerate(self._chunks):
            if ended := await self._ended(request, response, fault, number):
                return ended
            await self._send(response, self._delta(content=word), obfuscation="x7")
            self.bill.completion_tokens += 1
            await asyncio.sleep(self._fake.interval)
        if ended := await self._ended(request, response, fault, len(self._chunks)):
            return ended
        await self._send(response, self._delta(self._reason))
        if fault.cut_after_finish:
            return cut(request)
        wants = (self._body.get("stream_options") or {}).get("include_usage")
        if wants and self._fake.sends_usage:
            await self._send(response, [], usage=self.bill.usage)
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _ended(
        self, request: web.Request, response: web.StreamResponse, fault: Fault, number: int
    ) -> web.StreamResponse | None:
        if number == fault.stall_after:
            await self._fake.stalled()
        if number == fault.cut_after:
            return cut(request)
        if number == fault.end_after:
            return response
        if number == fault.garbage_after:
            await response.write(b'data: {"choices": [{"delta"\n\n')
            return response
        if number == fault.error_after:
            error = {"message": "As the test wants it.", "code": fault.code}
            data = json.dumps({"error": error}).encode()
            await response.write(b"event: error\ndata: " + data + b"\n\n")
            return response
        return None

    async def _send(self, response: web.StreamResponse, choices: list, **more: Any) -> None:
        chunk = self._envelope("chat.completion.chunk", choices=choices, **more)
        await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def _delta(self, finish_reason: str | None = None, **delta: str) -> list[dict[str, Any]]:
        choice = {"delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return [{"index": index, **choice} for index in range(self._fake.choices)]

    def _envelope(self, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self._id}",
            "object": kind,
            "created": 1_790_000_000,
            "model": self._body["model"],
            "system_fingerprint": "fp_fake",
            **more,
        }


def _words(text: str) -> list[str]:
    """The text in pieces of one word and its space."""
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+$", text)


def cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
