"""How Slack's requests and answers are written down."""

import json

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.slack_web import Json

WRITES = {
    "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete",
    "chat.startStream", "chat.appendStream", "chat.stopStream",
}  # fmt: skip
POSTS = {"chat.postMessage", "chat.startStream", "files.completeUploadExternal"}


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
    files = [file for file in message.get("files", ()) if file.get("mode") != "tombstone"]
    return Post(
        id=message["ts"],
        thread=message.get("thread_ts", ""),
        text=markdown or message.get("text", ""),
        buttons=tuple(e["text"]["text"] for e in pressable(message)),
        private_to=_reader(message),
        images=tuple(f["alt_txt"] for f in files if f["mimetype"].startswith("image/")),
        files=tuple(f["name"] for f in files if not f["mimetype"].startswith("image/")),
        card=next((b["text"]["text"] for b in blocks if b["type"] == "header"), ""),
    )


def _reader(message: Json) -> str:
    """The one person who sees it: an ephemeral message, or a file in their direct messages."""
    direct = message["channel"] if message.get("files") and message["channel"][0] == "D" else ""
    return str(message.get("private_to", direct))[1:].lower()


def pressable(message: Json) -> list[Json]:
    """Its buttons, those that ask for feedback among them, as the actions that a press sends."""
    found = [e for block in message.get("blocks") or [] for e in block.get("elements", [])]
    return [action for element in found for action in _actions(element)]


def _actions(element: Json) -> list[Json]:
    match element["type"]:
        case "button":
            return [{"value": "", **element}]
        case "feedback_buttons":
            kind = {"type": "feedback_buttons", "action_id": element["action_id"]}
            return [kind | element["positive_button"], kind | element["negative_button"]]
    return []


def person(name: str) -> str:
    return f"U{name.upper()}"
