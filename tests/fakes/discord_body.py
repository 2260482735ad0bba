"""What the fake Discord checks of a message that Parley sends: as strict as the real one, as far as
that is documented.
"""

import base64
import binascii
import json
import re
from typing import Any, NamedTuple, TypeAlias

from aiohttp import web

Json: TypeAlias = dict[str, Any]
VOICE = 8192
MIB = 1 << 20
_EVERYBODY = {"parse": ["everyone", "roles", "users"], "replied_user": True}


class ApiError(Exception):
    """How Discord says no: an HTTP status, its own code, a message."""

    def __init__(self, status: int, code: int = 0, message: str = "refused", **more: Any) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.body = {"code": code, "message": message, **more}


class Sent(NamedTuple):
    """A file of a multipart request."""

    name: str
    content: bytes
    media_type: str


def bad(field: str, why: str) -> ApiError:
    errors = {field: {"_errors": [{"message": why}]}}
    return ApiError(400, 50035, "Invalid Form Body", errors=errors)


async def read(request: web.Request) -> Any:
    """The JSON of a request; files of a multipart one stand in it as `_files`, by number."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return json.loads(text) if text else None
    body: Json = {}
    files: dict[int, Sent] = {}
    async for part in await request.multipart():
        if part.name == "payload_json":
            body = json.loads(await part.text())
        elif match := re.fullmatch(r"files\[(\d+)\]", part.name):
            media_type = part.headers["Content-Type"]
            files[int(match[1])] = Sent(part.filename, bytes(await part.read()), media_type)
    return body | {"_files": files}


def fill(message: Json, body: Json, new_id: Any, *, largest: int = 10 * MIB) -> None:
    """Checks first: what is refused changes nothing."""
    content = body.get("content", message["content"]) or ""
    attachments = _attachments(message, body, new_id, largest)
    embeds = body.get("embeds", message["embeds"])
    components = body.get("components", message["components"])
    if body.get("flags", 0) & VOICE or message["flags"] & VOICE:
        _voice(message, body, attachments)
    elif not (content.strip() or attachments or embeds):
        raise ApiError(400, 50006, "Cannot send an empty message")
    if len(content) > 2000:
        raise bad("content", "Must be 2000 or fewer in length.")
    content.encode()  # half a surrogate pair is no text
    _embeds(embeds)
    _components(components)
    allowed = body.get("allowed_mentions", _EVERYBODY)
    called = re.search(r"@everyone|@here|<@&?\d+>", content) and allowed["parse"]
    message["_calls"] = bool(called or allowed.get("replied_user"))
    message |= {"content": content, "attachments": attachments, "embeds": embeds,
                "components": components}  # fmt: skip
    message["flags"] |= body.get("flags", 0) & VOICE


def _attachments(message: Json, body: Json, new_id: Any, largest: int) -> list[Json]:
    """Without the key, those that are there stay; with it, only those that it names."""
    stand = {str(each["id"]): each for each in message["attachments"]}
    files = body.get("_files", {})
    if any(len(file.content) > largest for file in files.values()):
        raise ApiError(413, 40005, "Request entity too large")
    if "attachments" not in body:
        return [*stand.values(), *(_new(new_id(), {}, file) for file in files.values())]
    found = []
    for each in body["attachments"]:
        if str(each["id"]) in stand:
            found.append(stand[str(each["id"])])
        elif each["id"] in files:
            found.append(_new(new_id(), each, files[each["id"]]))
        else:
            raise bad("attachments", "Attachment data not found")
    if len(found) > 10:
        raise bad("attachments", "Must be 10 or fewer in length.")
    return found


def _new(new_id: str, about: Json, file: Sent) -> Json:
    if len(about.get("description", "")) > 1024:
        raise bad("attachments", "Must be 1024 or fewer in length.")
    name = about.get("filename", file.name)
    kept = {key: about[key] for key in ("description", "duration_secs", "waveform") if key in about}
    return {"id": new_id, "filename": name, "size": len(file.content), "_content": file.content,
            "content_type": file.media_type, "url": f"https://cdn.discordapp.com/{new_id}/{name}",
            "proxy_url": f"https://media.discordapp.net/{new_id}/{name}", **kept}  # fmt: skip


def _voice(message: Json, body: Json, attachments: list[Json]) -> None:
    if message["flags"] & VOICE:
        raise ApiError(400, 50162, "Voice messages cannot be edited.")
    if any(body.get(key) for key in ("content", "embeds", "components")):
        raise ApiError(400, 50159, "Voice messages do not support additional content.")
    if len(attachments) != 1 or not attachments[0]["content_type"].startswith("audio/"):
        raise ApiError(400, 50160, "Voice messages must have a single audio attachment.")
    (voice,) = attachments
    try:
        waveform = base64.b64decode(voice.get("waveform", ""), validate=True)
    except binascii.Error:
        waveform = b""
    if not (0 < len(waveform) <= 256 and voice.get("duration_secs", 0) > 0):
        raise ApiError(400, 50161, "Voice messages must have supporting metadata.")


def _embeds(embeds: list[Json]) -> None:
    if len(embeds) > 10:
        raise bad("embeds", "Must be 10 or fewer in length.")
    total = 0
    for embed in embeds:
        fields = embed.get("fields", [])
        texts = [(embed.get("title", ""), 256), (embed.get("description", ""), 4096)]
        texts += [(embed.get("footer", {}).get("text", ""), 2048)]
        texts += [(field["name"], 256) for field in fields]
        texts += [(field["value"], 1024) for field in fields]
        if any(len(text) > most for text, most in texts) or len(fields) > 25:
            raise bad("embeds", "Must be fewer in length.")
        if not all(field["name"].strip() and field["value"].strip() for field in fields):
            raise bad("embeds", "This field is required")
        if not any(embed.get(key, "").strip() for key in ("title", "description")) and not fields:
            raise ApiError(400, 50006, "Cannot send an empty message")
        total += sum(len(text) for text, _ in texts)
    if total > 6000:
        raise bad("embeds", "Embed size exceeds maximum size of 6000")


def _components(rows: list[Json]) -> None:
    buttons = [button for row in rows for button in row["components"]]
    ids = [button["custom_id"] for button in buttons]
    if len(rows) > 5 or any(not 0 < len(row["components"]) <= 5 for row in rows):
        raise bad("components", "Must be between 1 and 5 in length.")
    if any(len(button["label"]) > 80 or len(button["custom_id"]) > 100 for button in buttons):
        raise bad("components", "Must be fewer in length.")
    if len(set(ids)) < len(ids):
        raise bad("components", "Component custom id cannot be duplicated")
