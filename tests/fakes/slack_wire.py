"""How Slack's requests and answers are written down."""

import json

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.slack_web import Json

WRITES = {
    "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete",
    "chat.startStream", "chat.appendStream", "chat.stopStream",
}  # fmt: skip
POSTS = {"chat.postMessage", "chat.startStream"}


def escaped(text: str) -> str:
    """As Slack writes what people typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def limited(seconds: float) -> web.Response:
    headers = {"Retry-After": f"{seconds:g}"}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def body_of(request: web.Request) -> Json:
    """From the query, a form (in which structures are JSON) or JSON, as slack_sdk sends it."""
    body: Json = dict(request.query)
    if request.content_type == "application/json":
        return body | await request.json()
    form = {str(k): str(v) for k, v in (await request.post()).items()}
    return body | {k: json.loads(v) if v[:1] in ("{", "[") else v for k, v in form.items()}


def post(message: Json) -> Post:
    blocks = message.get("blocks") or []
    markdown = "\n\n".join(b["text"] for b in blocks if b["type"] == "markdown")
    return Post(
        id=message["ts"],
        thread=message.get("thread_ts", ""),
        text=markdown or message.get("text", ""),
        buttons=tuple(e["text"]["text"] for e in elements(message)),
        private_to=message.get("private_to", "")[1:].lower(),
    )


def elements(message: Json) -> list[Json]:
    return [e for block in message.get("blocks") or [] for e in block.get("elements", [])]


def person(name: str) -> str:
    return f"U{name.upper()}"
