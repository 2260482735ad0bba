"""A server that speaks OpenAI's wire protocol on loopback, with faults on demand.

    async with FakeOpenAI() as openai:
        openai.faults.append(Fault(429, "rate_limit_exceeded", headers={"retry-after": "0"}))
        settings = Settings(openai_base_url=openai.url, openai_api_key=openai.key)

Without a script it answers “You said: …” with the last user message, a chunk a word.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from aiohttp import web

from tests.fakes import openai_media, openai_organization, openai_resources, openai_texts
from tests.fakes.openai_answer import Answer, Bill, Fault, cut
from tests.fakes.openai_form import File, form

__all__ = ["HTML", "Call", "FakeOpenAI", "Fault"]


HTML = Fault(502, body="<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>")


@dataclass(frozen=True)
class Call:
    path: str
    headers: Mapping[str, str]  # in any case of letters
    body: dict[str, Any]  # the JSON, or the form's fields
    files: tuple[File, ...] = ()  # of a form
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)


JUDGING = web.RequestKey("judging", str)  # its id
CALL = web.RequestKey("call", Call)


class FakeOpenAI:
    """`calls` has every request as received, `bills` every call that the model worked for."""

    def __init__(self, *, key: str = "sk-fake", interval: float = 0.0, port: int = 0) -> None:
        self.key = key
        self.interval = interval  # seconds between chunks
        self.thinking = 0.0  # seconds before the first chunk with a word
        self.echo = "You said: "  # how an answer without a script begins
        self.url = ""  # as OPENAI_BASE_URL wants it
        self.models = ["gpt-6-luna", "gpt-4o-mini"]
        self.answers: deque[str] = deque()  # what to say next
        self.faults: deque[Fault | None] = deque()  # what goes wrong next; None: this call is fine
        self.refuses: set[str] = set()  # parameters that are answered by 400
        self.hears: Callable[[File], str] = lambda _: openai_media.SPOKEN  # what is said in a file
        self.embeds: Callable[[str, int], list[float]] = openai_texts.vector  # (text, numbers)
        self.languages: list[str] = []  # that gpt-transcribe tells of what it heard
        self.diarizes: Callable[[Call], list[tuple[float, float, str, str]]] | None = None
        self.finish_reason = "stop"
        self.sends_usage = True
        self.calls: list[Call] = []
        self.judged: list[Call] = []  # moderations, which come beside others
        self.judging_faults: deque[Fault | None] = deque()
        self.before_judging: Callable[[web.Request], Awaitable[None]] | None = None
        self.bills: list[Bill] = []
        self.open_calls = 0
        self.choices = 1  # of an answer, all the same
        self.tool_calls: deque[dict[str, str]] = deque()  # name -> arguments, for the next answer
        self.calls_as_in_2023 = False  # a tool as `function_call`
        self.facts: dict[str, Any] = {}  # of every chat's answer, or of each chunk of one
        self.streams = True  # pictures and transcripts too; else they are answered whole
        self.before: Callable[[web.Request], Awaitable[None]] | None = None  # an answer beyond chat
        self.headers: dict[str, str] = {}  # of every answer
        self.strangers: list[Mapping[str, str]] = []  # headers of who fetched a picture
        self.pictures: dict[str, bytes] = {}  # at the addresses that it gave
        self.resources = openai_resources.Resources()
        self.books = openai_organization.Books()
        self._peers: set[str] = set()
        self._port = port
        self._changed = asyncio.Event()
        self._released = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{id}", self._retrieve)
        for kind in (openai_texts, openai_media, openai_resources, openai_organization):
            for method, path, answer in kind.ROUTES:
                app.router.add_route(method, f"/v1/{path}", partial(self._answer, answer))
        app.router.add_get("/pictures/{name}", self._picture)
        app.middlewares.append(self._door)
        app.on_response_prepare.append(self._head)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def connections(self) -> int:
        """How many were ever opened."""
        return len(self._peers)

    @property
    def prompt_tokens(self) -> int:
        return sum(bill.prompt_tokens for bill in self.bills)

    @property
    def completion_tokens(self) -> int:
        return sum(bill.completion_tokens for bill in self.bills)

    def release(self) -> None:
        """Let every stalled or hanging call go on."""
        self._released.set()
        self._released = asyncio.Event()

    async def called(self, times: int) -> None:
        """Wait until this many calls have come, in all."""
        await self._until(lambda: len(self.calls) >= times)

    async def idle(self) -> None:
        """Wait until no call is being answered."""
        await self._until(lambda: not self.open_calls)

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/pictures/"):
            return await handler(request)
        fields, files = await _body(request)
        request[CALL] = Call(request.path, request.headers.copy(), fields, files,
                               request.method, dict(request.query))  # fmt: skip
        judging = request.path.endswith("/moderations")
        (self.judged if judging else self.calls).append(request[CALL])
        if judging:
            request[JUDGING] = f"req_judged_{len(self.judged)}"
        self._peers.add(str(request.transport and request.transport.get_extra_info("peername")))
        self.open_calls += 1
        self._tell()
        try:
            if request.headers.get("Authorization") != f"Bearer {self.key}":
                return _error(request, 401, "invalid_api_key", "Incorrect API key provided.")
            return await handler(request)
        finally:
            self.open_calls -= 1
            self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self._changed.wait()

    def _id(self) -> str:
        return f"req_{len(self.calls)}"

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if trouble := await self._trouble(request, self._fault()):
            return trouble
        return _json({"object": "list", "data": [_model(id_) for id_ in self.models]}, self._id())

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        if trouble := await self._trouble(request, self._fault()):
            return trouble
        if (id_ := request.match_info["id"]) not in self.models:
            return _error(request, 404, "model_not_found", f"The model '{id_}' does not exist.")
        return _json(_model(id_), self._id())

    async def _answer(self, answer: Any, request: web.Request) -> web.StreamResponse:
        """One of the other endpoints' answers: `answer(fake, request, call, fault)`."""
        judging = request.path.endswith("/moderations")
        fault = self._fault(self.judging_faults if judging else self.faults)
        if trouble := await self._trouble(request, fault) or self._unsupported(request):
            return trouble
        if before := self.before_judging if judging else self.before:
            await before(request)
        return await answer(self, request, request[CALL], fault)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        self.strangers.append(request.headers.copy())
        return web.Response(body=self.pictures[request.match_info["name"]])

    async def _head(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.setdefault("x-request-id", request.get(JUDGING) or self._id())
        response.headers.update(self.headers)

    def _unsupported(self, request: web.Request) -> web.StreamResponse | None:
        if refused := next((name for name in request[CALL].body if name in self.refuses), None):
            return _error(request, 400, "unsupported_parameter",
                          f"Unsupported parameter: '{refused}'.", param=refused)  # fmt: skip
        return None

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = request[CALL].body
        fault, id_ = self._fault(), self._id()
        if trouble := await self._trouble(request, fault) or self._unsupported(request):
            return trouble
        answer = Answer(self, body, id_)
        self.bills.append(answer.bill)
        if body.get("stream"):
            return await answer.stream(request, fault)
        return _json(answer.whole(), id_)

    def _fault(self, faults: deque[Fault | None] | None = None) -> Fault:
        faults = self.faults if faults is None else faults
        return (faults.popleft() if faults else None) or Fault()

    async def _trouble(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        """What comes instead of an answer, if something does."""
        if fault.hang:
            await self.stalled()
        if fault.disconnect:
            return cut(request)
        if not fault.status:
            return None
        if fault.body is not None:
            kind = "text/html" if fault.body.startswith("<") else "text/plain"
            return web.Response(status=fault.status, body=fault.body.encode(),
                                headers={"Content-Type": kind, **fault.headers})  # fmt: skip
        return _error(request, fault.status, fault.code, "As the test wants it.", fault.headers)

    async def stalled(self) -> None:
        await self._released.wait()


async def _body(request: web.Request) -> tuple[dict[str, Any], tuple[File, ...]]:
    if request.content_type.startswith("multipart/"):
        return await form(request)
    raw = await request.read()
    return (json.loads(raw) if raw else {}), ()


def _model(id_: str) -> dict[str, Any]:
    return {"id": id_, "object": "model", "created": 1_790_000_000, "owned_by": "fake"}


def _json(answer: dict[str, Any], id_: str) -> web.Response:
    return web.json_response(answer, headers={"x-request-id": id_})


def _error(  # noqa: PLR0917
    request: web.Request, status: int, code: str | None, message: str,
    headers: dict[str, str] | None = None, param: str | None = None,
) -> web.Response:  # fmt: skip
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": param, "code": code}
    head = {"x-request-id": f"req_{request.path.rsplit('/', 1)[-1]}"} | (headers or {})
    return web.json_response({"error": error}, status=status, headers=head)
