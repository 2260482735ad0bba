"""The HTTP server: who may ask, which addresses there are, and errors in OpenAI's shape."""

import hmac
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from sandbox.chat import ENGINE, chat_completions, no_model
from sandbox.errors import APIError
from sandbox.smollm import MODEL, SmolLM, weights

KEY: web.AppKey[str] = web.AppKey("key")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)

RELEASED = 1730419200  # 1 November 2024
CARD = {"id": MODEL, "object": "model", "created": RELEASED, "owned_by": "parley-sandbox"}


def application(key: str) -> web.Application:
    app = web.Application(middlewares=[_explained, _authorized])
    app[KEY] = key
    app.on_response_prepare.append(_identified)
    app.cleanup_ctx.append(_engine)
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/v1/models/{model}", _model)
    app.router.add_post("/v1/chat/completions", chat_completions)
    return app


async def _engine(app: web.Application) -> AsyncIterator[None]:
    path = weights()
    app[ENGINE] = engine = SmolLM(path) if path else None
    yield
    if engine:
        engine.close()


async def _identified(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["x-request-id"] = f"req_{secrets.token_hex(16)}"


@web.middleware
async def _explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except APIError as error:
        found = error
    except web.HTTPException as error:
        found = _http_error(request, error)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        found = APIError(500, "The server had an error while processing your request.")
    return web.json_response(found.body, status=found.status)


def _http_error(request: web.Request, error: web.HTTPException) -> APIError:
    if isinstance(error, web.HTTPNotFound):
        return APIError(404, f"Invalid URL ({request.method} {request.path})")
    if isinstance(error, web.HTTPMethodNotAllowed):
        text = (
            f"Not allowed to {request.method} on {request.path}. "
            "(HINT: Perhaps you meant to use a different HTTP method?)"
        )
        return APIError(405, text, code="method_not_supported")
    return APIError(error.status, error.reason)


@web.middleware
async def _authorized(request: web.Request, handler: Handler) -> web.StreamResponse:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        text = "You didn't provide an API key. Send it as: Authorization: Bearer YOUR_KEY"
        raise APIError(401, text)
    if not hmac.compare_digest(key.encode(), request.app[KEY].encode()):
        raise APIError(401, f"Incorrect API key provided: {_masked(key)}.", code="invalid_api_key")
    return await handler(request)


def _masked(key: str) -> str:
    return f"{key[:3]}***{key[-2:]}" if len(key) > 10 else "***"  # noqa: PLR2004  nothing of a short one


async def _models(_: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [CARD]})


async def _model(request: web.Request) -> web.Response:
    name = request.match_info["model"]
    if name != MODEL:
        raise no_model(name)
    return web.json_response(CARD)
