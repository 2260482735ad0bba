"""The files that people share on Slack, and how they are downloaded."""

import itertools
from collections.abc import Sequence

from aiohttp import web

from tests.contract.world import Upload
from tests.fakes.slack_web import BOT_TOKEN, Json, Refusal

LOGIN = "<!DOCTYPE html><html><title>Sign in to Slack</title></html>"


class SharedFiles:
    """`refuse` an id by an error of files.info; `elsewhere`: downloads are redirected there."""

    def __init__(self) -> None:
        self.url = ""
        self.known: dict[str, Json] = {}
        self.contents: dict[str, bytes] = {}
        self.headers: list[str] = []  # of downloads: who they said they were
        self.elsewhere = ""
        self.broken = False  # downloads break off halfway
        self._count = itertools.count(1)

    def add(self, upload: Upload, by: str) -> Json:
        """The file as Slack tells of it."""
        id_ = f"F{next(self._count)}"
        address = f"{self.url}/files-pri/{id_}/{upload.name}"
        file = {
            "id": id_, "name": upload.name, "title": upload.name, "mode": "hosted", "user": by,
            "mimetype": upload.media_type, "filetype": upload.name.rpartition(".")[2],
            "size": len(upload.content), "url_private": address,
            "url_private_download": f"{address}?download=1", "file_access": "visible",
        }  # fmt: skip
        if upload.seconds:  # a voice clip is said to be a video
            file |= {"subtype": "slack_audio", "duration_ms": int(upload.seconds * 1000)}
            file["mimetype"] = upload.media_type.replace("audio/", "video/")
        self.known[id_], self.contents[id_] = file, upload.content
        return file

    def call(self, method: str, body: Json) -> Json | None:
        """None: not one of ours."""
        if method != "files.info" or body.get("file") not in self.known:
            return None
        file = self.known[body["file"]]
        if file["mode"] == "gone":
            raise Refusal("file_deleted")
        return {"file": file}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Who may not read gets a page to log in, and 200."""
        authorization = request.headers.get("Authorization", "")
        self.headers.append(authorization)
        if self.elsewhere:
            raise web.HTTPFound(self.elsewhere)
        if authorization != f"Bearer {BOT_TOKEN}":
            return web.Response(text=LOGIN, content_type="text/html")
        id_ = request.match_info["id"]
        content, kind = self.contents[id_], self.known[id_]["mimetype"]
        if not self.broken:
            return web.Response(body=content, content_type=kind)
        response = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        request.transport.abort()
        return response


def references(files: Sequence[Json]) -> list[Json]:
    """As a channel shared with another company tells of them."""
    return [{"id": file["id"], "file_access": "check_file_info"} for file in files]
