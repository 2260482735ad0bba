"""Files that Parley sends to Slack: an id and an address, the bytes, and where they are shared.
https://docs.slack.dev/messaging/working-with-files#upload
"""

import itertools
import json
import mimetypes
from typing import Any

from aiohttp import web

from tests.fakes.slack_web import BOT, BOT_ID, TEAM, Json, Refusal, WebApi

_METHODS = {
    "files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "files.delete",
}  # fmt: skip
_OURS = "FU"


class Uploads:
    """Faults: `breaks` uploads break off halfway, `answers` are what they are answered; shares
    appear after `slow` looks, the first of a name that `hides` never; `drops_described` pictures
    silently, as happens.
    """

    def __init__(self, api: WebApi) -> None:
        self.url = ""
        self.api = api
        self.known: dict[str, Json] = {}
        self.most = 1_000_000_000  # bytes
        self.breaks = 0
        self.answers: list[int] = []
        self.slow = 0
        self.hides: set[str] = set()
        self.drops_described = False
        self.chunks: list[int] = []  # sizes of what came at a time
        self._count = itertools.count(1)

    def call(self, method: str, body: Json) -> Json | None:
        """None: not one of ours. What people share is elsewhere."""
        if method not in _METHODS or not body.get("file", _OURS).startswith(_OURS):
            return None
        self.api.count_call(method)
        answer: Json = getattr(self, method.rpartition(".")[2])(body)
        return answer

    def getUploadURLExternal(self, body: Json) -> Json:  # noqa: N802  Slack's name
        length = int(body["length"])
        if not length:
            raise Refusal("missing_argument")
        if length > self.most:
            raise Refusal("file_upload_size_restricted")
        alt = body.get("alt_txt") or ""
        if len(alt) > 1_000:
            raise Refusal("alt_txt_too_large")
        id_ = f"{_OURS}{next(self._count):08}"
        self.known[id_] = {
            "id": id_, "name": body["filename"], "size": length, "alt_txt": alt, "content": None,
            "mimetype": mimetypes.guess_type(body["filename"])[0] or "", "posts": [],
            "looks": -999 if body["filename"] in self.hides else 0,
        }  # fmt: skip
        self.hides.discard(body["filename"])
        return {"upload_url": f"{self.url}/upload/v1/{id_}", "file_id": id_}

    async def receive(self, request: web.Request) -> web.Response:
        file = self.known[request.match_info["id"]]
        assert "Authorization" not in request.headers, "the token is not for this address"
        if request.content_length != file["size"]:
            return web.Response(status=411)
        content = b""
        async for chunk in request.content.iter_any():
            self.chunks.append(len(chunk))
            content += chunk
            if self.breaks:
                self.breaks -= 1
                request.transport.abort()
                return web.Response()
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.Response(status=status, text="<html>try later</html>")
        if len(content) != file["size"]:
            return web.Response(status=400, text="not the length that was said")
        file["content"] = content
        return web.Response(text=f"OK - {len(content)}")

    def completeUploadExternal(self, body: Json) -> Json:  # noqa: N802  Slack's name
        files = body["files"]
        about = json.loads(files) if isinstance(files, str) else files
        found = [self._get(entry["id"]) for entry in about]
        if any(file["content"] is None or file["posts"] for file in found):
            raise Refusal("file_not_found")
        channel, thread = str(body["channel_id"]), body.get("thread_ts")
        if channel not in self.api.channels:
            raise Refusal("channel_not_found")
        for file, entry in zip(found, about, strict=True):
            file |= {"title": entry["title"]}
        self._share([f for f in found if not (self.drops_described and f["alt_txt"])],
                    channel, thread)  # fmt: skip
        return {"files": [{"id": file["id"], "title": file["title"]} for file in found]}

    def _share(self, files: list[Json], channel: str, thread: str | None) -> None:
        """All in one message."""
        if not files:
            return
        told = ("id", "name", "title", "mimetype", "alt_txt", "size")
        message = self.api.store(
            channel, BOT, bot_id=BOT_ID, thread_ts=thread, subtype="file_share", team=TEAM,
            files=[{k: file[k] for k in told} for file in files],
        )  # fmt: skip
        for file in files:
            file["posts"].append(message)

    def info(self, body: Json) -> Json:
        file = self._get(body["file"])
        file["looks"] += 1
        shares: dict[str, Any] = {}
        if file["looks"] > self.slow:
            for post in file["posts"]:
                kind = "public" if post["channel"].startswith("C") else "private"
                places = shares.setdefault(kind, {}).setdefault(post["channel"], [])
                places.append({"ts": post["ts"], "thread_ts": post.get("thread_ts")})
        return {"file": {"id": file["id"], "name": file["name"], "shares": shares}}

    def delete(self, body: Json) -> Json:
        """What showed it shows that it is gone."""
        file = self._get(body["file"])
        del self.known[file["id"]]
        for post in file["posts"]:
            gone = {"id": file["id"], "mode": "tombstone"}
            post["files"] = [gone if f["id"] == file["id"] else f for f in post["files"]]
        return {}

    def _get(self, id_: str) -> Json:
        if id_ not in self.known:
            raise Refusal("file_not_found")
        return self.known[id_]

    def content(self, name: str) -> bytes:
        """Of the file that is shared last under this name."""
        return next(
            file["content"] for file in reversed(list(self.known.values()))
            if file["name"] == name and file["posts"]
        )  # fmt: skip
