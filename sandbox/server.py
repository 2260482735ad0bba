"""The HTTP server: who may ask, which addresses there are, and errors in OpenAI's shape."""

import asyncio
import hmac
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiohttp import web

from sandbox.answers import FAULT, answer, mangled
from sandbox.book import BOOK, Book, forget, usage
from sandbox.call import CALL, LIMITS, Call
from sandbox.engines.choice import CHOICE, Choice
from sandbox.errors import SERVER, STUMBLED, APIError
from sandbox.faults import Fault, Faults
from sandbox.limits import Limits
from sandbox.models import MODELS, Models
from sandbox.requests import decode
from sandbox.routes import routes
from sandbox.store import STORE, Store
from sandbox.tasks import PACE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STARTED: web.RequestKey[float] = web.RequestKey("started", float)
KEY: web.AppKey[str] = web.AppKey("key", str)
FAULTS: web.AppKey[Faults] = web.AppKey("faults", Faults)
SHAPE = re.compile(r"sk-[\w-]{4,200}", re.ASCII)  # of a key
BODY = 64 << 20  # bytes of JSON; a question may bring a file along
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    folder: Path
    choice: Choice
    key: str = ""  # empty: any of the right shape
    faults: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pace: float = 0.2  # seconds, see PACE


def application(settings: Settings) -> web.Application:
    app = web.Application(
        middlewares=[_explained, _authorized, _failed_on_order], client_max_size=BODY
    )
    app[KEY] = settings.key
    app[FAULTS] = Faults(list(settings.faults))
    app[LIMITS] = settings.limits
    app[BOOK] = Book()
    app[CHOICE] = settings.choice
    app[MODELS] = Models(settings.choice.names)
    app[STORE] = Store(settings.folder)
    app[PACE] = settings.pace
    app.on_response_prepare.append(_marked)
    app.router.add_get("/sandbox/usage", usage)
    app.router.add_delete("/sandbox/usage", forget)
    app.router.add_get("/sandbox/faults", _faults)
    app.router.add_put("/sandbox/faults", _order)
    routes(app)
    return app


async def _marked(http: web.Request, response: web.StreamResponse) -> None:
    response.headers["x-request-id"] = f"req_{secrets.token_hex(16)}"
    response.headers["openai-version"] = "2020-10-01"
    response.headers["openai-organization"] = "org-sandbox"
    if call := http.get(CALL):
        response.headers.update(call.headers)
        took = time.monotonic() - http[STARTED]
        response.headers["openai-processing-ms"] = str(round(took * 1000))
    if http.path.startswith("/v1/"):
        http.app[BOOK].answers[str(response.status)] += 1


@web.middleware
async def _explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except APIError as error:
        found = error
    except web.HTTPException as error:
        found = _http_error(request, error)
    except ConnectionError:  # the client has left
        raise asyncio.CancelledError from None  # aiohttp would log another error as its own
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        found = APIError(SERVER, STUMBLED)
    response = answer(found.body, status=found.status)
    response.headers.update(found.headers)
    return response


def _http_error(http: web.Request, error: web.HTTPException) -> APIError:
    if isinstance(error, web.HTTPNotFound):
        return APIError(404, f"Invalid URL ({http.method} {http.path})")
    if isinstance(error, web.HTTPMethodNotAllowed):
        text = (
            f"Not allowed to {http.method} on {http.path}. "
            "(HINT: Perhaps you meant to use a different HTTP method?)"
        )
        return APIError(405, text, code="method_not_supported")
    return APIError(error.status, error.reason)


@web.middleware
async def _authorized(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith("/sandbox/images/"):  # as OpenAI's, found by who knows the address
        request[FAULT] = Fault("ok")
        return await handler(request)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        text = "You didn't provide an API key. Send it as: Authorization: Bearer YOUR_KEY"
        raise APIError(401, text)
    wanted = request.app[KEY]
    right = hmac.compare_digest(key.encode(), wanted.encode()) if wanted else SHAPE.fullmatch(key)
    if not right:
        text = f"Incorrect API key provided: {_masked(key)}. The sandbox wants sk-…"
        raise APIError(401, text, code="invalid_api_key")
    request[STARTED] = time.monotonic()
    request[CALL] = Call(request.app, key, request.path, f"{request.scheme}://{request.host}")
    return await handler(request)


def _masked(key: str) -> str:
    return f"{key[:3]}***{key[-2:]}" if len(key) > 10 else "***"  # noqa: PLR2004  nothing of a short one


@web.middleware
async def _failed_on_order(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/v1/"):
        return await handler(request)
    request[FAULT] = fault = request.app[FAULTS].next(request)
    fault.refuse()
    if instead := fault.replace():
        return instead
    if fault.name == "slow":
        await asyncio.sleep(fault.value or 0)
    return await mangled(request, await handler(request))


class Order(msgspec.Struct):
    faults: list[str]


async def _faults(http: web.Request) -> web.Response:
    return answer({"faults": [str(script) for script in http.app[FAULTS].scripts]})


async def _order(http: web.Request) -> web.Response:
    order = decode(await http.read(), Order)
    try:
        http.app[FAULTS].order(order.faults)
    except ValueError as error:
        raise APIError(400, str(error), param="faults") from None
    return await _faults(http)
