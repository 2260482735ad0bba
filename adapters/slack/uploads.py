"""Files on their way to Slack: an id, the bytes, a place where they are shared.
https://docs.slack.dev/messaging/working-with-files#upload
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import aiohttp
import msgspec
from slack_sdk.errors import SlackApiError

from adapters.slack import naming
from adapters.slack.calls import Calls
from adapters.slack.web import Lost, TokenRefused, error_code, missing_scope, open_session
from bot.errors import Undeliverable
from bot.events import Place
from bot.opened import opened
from bot.parts import Media, Voice

_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10)  # seconds
_OK = 200
LARGEST = 10**9  # bytes of a file
_ALT = 1_000  # characters of an alternative text
_REFUSED = {
    "file_type_not_allowed": "this workspace does not allow files of its kind.",
    "file_upload_size_restricted": "it is larger than this workspace allows.",
    "file_uploads_disabled": "file uploads are switched off in this workspace.",
    "file_uploads_except_images_disabled": "this workspace allows pictures only.",
    "missing_argument": "it is empty, and Slack takes no empty files.",
    "storage_limit_reached": "the workspace's file storage is full. Its admins can delete files.",
}


class Unsent(Exception):
    """Files that cannot be shown; `sentence` says why."""

    def __init__(self, reason: str, *media: Media) -> None:
        were = "was" if len(media) == 1 else "were"
        self.sentence = f"{naming.names(*media)} {were} not sent: {reason}"
        super().__init__(self.sentence)


async def uploaded(calls: Calls, media: Media, *, alt: str) -> str:
    """The id of the file, which Slack has and nobody sees yet. Raises Unsent, Lost."""
    with _explained(media):
        length = await asyncio.to_thread(_size, media.content)
        answer = await calls(
            "files.getUploadURLExternal",
            filename=naming.name(media),
            length=length,
            alt_txt=alt[:_ALT] or None,
        )
        await _send(calls, str(answer["upload_url"]), media.content)
    return str(answer["file_id"])


async def share(calls: Calls, files: Mapping[str, Media], place: Place, *, described: bool) -> None:
    """Post them, in one message. `files`: by their ids. Slack may show them some seconds later.
    `described`: the pictures, each by a text of its own. Raises Unsent, Lost.
    """
    with _explained(*files.values()):
        await calls(
            "files.completeUploadExternal",
            files=[
                {"id": file, "title": naming.title(files[file], described=described)}
                for file in files
            ],
            channel_id=place.channel,
            thread_ts=place.thread or None,
        )


async def shared(calls: Calls, file: str, channel: str) -> str | None:
    """The ts of the message that shows it in the channel, "" where there is none (yet); None where
    there is no such file.
    """
    try:
        answer = await calls("files.info", file=file)
    except SlackApiError as error:
        if error_code(error) in {"file_not_found", "file_deleted"}:
            return None
        raise
    shares: dict[str, Any] = answer["file"].get("shares") or {}
    posts = (post for places in shares.values() for post in places.get(channel) or ())
    return next((str(post["ts"]) for post in posts), "")


async def looked_at(media: Media) -> tuple[Media, str]:
    """It as it is sent, and a digest of its content. Raises Unsent where Slack takes no such."""
    with _explained(media):
        return await asyncio.to_thread(_looked_at, media)


def _looked_at(media: Media) -> tuple[Media, str]:
    size = _size(media.content)
    if not size:
        raise Unsent(_REFUSED["missing_argument"], media)
    if size > LARGEST:
        raise Unsent(f"it has {size / 1e9:.1f} GB, and Slack takes {LARGEST / 1e9:.0f} GB.", media)
    if isinstance(media, Voice):
        media = msgspec.structs.replace(media, name=naming.playable(media))
    return media, _digest(media.content)


def _digest(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()[:12]
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _size(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


async def _send(calls: Calls, url: str, content: bytes | Path) -> None:
    """The SDK's own way has no retries, and reads the file whole."""
    session = open_session(calls.web)
    try:
        async with (
            _readable(content) as data,
            session.post(url, data=data, timeout=_TIMEOUT) as response,
        ):
            if response.status != _OK:
                raise Lost(f"an upload was answered {response.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Lost(f"an upload broke off: {type(error).__name__}") from error


@asynccontextmanager
async def _readable(content: bytes | Path) -> AsyncGenerator[bytes | IO[bytes], None]:
    if isinstance(content, bytes):
        yield content
        return
    async with opened(content.open, "rb") as file:
        yield file


@contextmanager
def _explained(*media: Media) -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        reason = _REFUSED.get(error_code(error), f"Slack says {error_code(error)}.")
        raise Unsent(missing_scope(error) or reason, *media) from error
    except (Lost, TokenRefused):
        raise
    except Undeliverable as error:
        raise Unsent(error.sentence, *media) from error
    except OSError as error:
        raise Unsent("Parley cannot read it.", *media) from error
