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
        said = [_words(_text(message["content"])) for message in body["messages"]]
        text = fake.answers.popleft() if fake.answers else fake.echo + "".join(said[-1])
        most = body.get("max_completion_tokens") or body.get("max_tokens") or 1_000_000
        self._fake = fake
        self._body = body
        self._id = request_id
        self._chunks = _words(text)[:most]
        self._tools = fake.tool_calls.popleft() if fake.tool_calls else {}
        self._reason = "length" if len(_words(text)) > most else fake.finish_reason
        if self._tools:
            self._chunks, self._reason = [], "tool_calls"
        self._old = bool(self._tools) and fake.calls_as_in_2023
        if self._old:
            self._reason = "function_call"
        self.bill = Bill(sum(map(len, said)))

    def whole(self) -> dict[str, Any]:
        self.bill.completion_tokens = len(self._chunks)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._chunks)}
        message["refusal"] = None
        if self._tools:
            message |= {"content": None, "tool_calls": self._called()}
        if self._old:
            message["function_call"] = message.pop("tool_calls")[0]["function"]
        logprobs = self._logprobs(*self._chunks)
        choices = [
            {"index": index, "message": message, "logprobs": logprobs,
             "finish_reason": self._reason}
            for index in range(self._fake.choices)
        ]  # fmt: skip
        return self._envelope("chat.completion", choices=choices, usage=self.bill.usage)

    def _called(self) -> list[dict[str, Any]]:
        return [
            {"id": f"call_{number}", "type": "function",
             "function": {"name": name, "arguments": arguments}}
            for number, (name, arguments) in enumerate(self._tools.items())
        ]  # fmt: skip

    def _logprobs(self, *words: str) -> dict[str, Any] | None:
        if not self._body.get("logprobs"):
            return None
        rest = {"logprob": -0.5, "bytes": None}
        top = [{"token": "maybe", **rest}] * self._body.get("top_logprobs", 0)
        content = [{"token": word, **rest, "top_logprobs": top} for word in words]
        return {"content": content, "refusal": None}

    async def _call_tools(self, response: web.StreamResponse) -> None:
        """Id and name once, the arguments in two pieces."""
        for index, call in enumerate(self._called()):
            arguments = call["function"].pop("arguments")
            middle = len(arguments) // 2
            if self._old:
                await self._call_function(response, call["function"]["name"], arguments, middle)
                continue
            begun = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
            await self._send(response, self._delta(tool_calls=[begun]))
            for piece in (arguments[:middle], arguments[middle:]):
                more = {"index": index, "function": {"arguments": piece}}
                await self._send(response, self._delta(tool_calls=[more]))

    async def _call_function(
        self, response: web.StreamResponse, name: str, arguments: str, middle: int
    ) -> None:
        begun = {"name": name, "arguments": ""}
        pieces = [{"arguments": piece} for piece in (arguments[:middle], arguments[middle:])]
        for piece in (begun, *pieces):
            await self._send(response, self._delta(function_call=piece))

    async def stream(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        head = {"Content-Type": "text/event-stream; charset=utf-8", "x-request-id": self._id}
        response = web.StreamResponse(headers=head)
        await response.prepare(request)
        await self._send(response, self._delta(role="assistant", content=""))
        await asyncio.sleep(self._fake.thinking)
        for number, word in enumerate(self._chunks):
            if end := await ended(self._fake, request, response, fault, number):
                return end
            await self._send(response, self._delta(content=word), obfuscation="x7")
            self.bill.completion_tokens += 1
            await asyncio.sleep(self._fake.interval)
        if end := await ended(self._fake, request, response, fault, len(self._chunks)):
            return end
        await self._call_tools(response)
        await self._send(response, self._delta(self._reason))
        if fault.cut_after_finish:
            return cut(request)
        wants = (self._body.get("stream_options") or {}).get("include_usage")
        if wants and self._fake.sends_usage:
            await self._send(response, [], usage=self.bill.usage)
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _send(self, response: web.StreamResponse, choices: list, **more: Any) -> None:
        chunk = self._envelope("chat.completion.chunk", choices=choices, **more)
        await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def _delta(self, finish_reason: str | None = None, **delta: Any) -> list[dict[str, Any]]:
        logprobs = self._logprobs(delta["content"]) if delta.get("content") else None
        choice = {"delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}
        return [{"index": index, **choice} for index in range(self._fake.choices)]

    def _envelope(self, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self._id}",
            "object": kind,
            "created": 1_790_000_000,
            "model": self._body["model"],
            "system_fingerprint": "fp_fake",
            **self._fake.facts,
            **more,
        }


async def ended(
    fake: Any, request: web.Request, response: web.StreamResponse, fault: Fault, number: int
) -> web.StreamResponse | None:
    """What ends a stream before its chunk of this number, if the fault does."""
    if number == fault.stall_after:
        await fake.stalled()
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


async def events(
    fake: Any, request: web.Request, fault: Fault, facts: list[dict[str, Any]], *, done: bool = True
) -> web.StreamResponse:
    """Server-sent events, each named by its `type`."""
    head = {"Content-Type": "text/event-stream; charset=utf-8"}
    response = web.StreamResponse(headers=head)
    await response.prepare(request)
    for number, fact in enumerate(facts):
        if end := await ended(fake, request, response, fault, number):
            return end
        data = json.dumps(fact).encode()
        await response.write(b"event: %s\ndata: %s\n\n" % (fact["type"].encode(), data))
    if end := await ended(fake, request, response, fault, len(facts)):
        return end
    if done:
        await response.write(b"data: [DONE]\n\n")
    return response


async def pieces(
    fake: Any, request: web.Request, fault: Fault, content: bytes, *, kind: str, size: int = 1000
) -> web.StreamResponse:
    """Bytes, a chunk at a time."""
    response = web.StreamResponse(headers={"Content-Type": kind})
    await response.prepare(request)
    for number, start in enumerate(range(0, len(content), size)):
        if end := await ended(fake, request, response, fault, number):
            return end
        await response.write(content[start : start + size])
    return response


def _text(content: Any) -> str:
    """Of parts, what is text."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def _words(text: str) -> list[str]:
    """The text in pieces of one word and its space."""
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+$", text)


def cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
