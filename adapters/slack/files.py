"""The files that people share, as bytes."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.payloads import Shared, read
from adapters.slack.refusals import explained
from adapters.slack.web import asked, error_code, open_session
from bot.errors import Refused
from bot.events import Attachment

_TIMEOUT = aiohttp.ClientTimeout(connect=10, sock_read=30)  # seconds; a file may take long
_REDIRECTS = 5
_CHUNK = 64 * 1024  # bytes
_GONE = {"file_deleted", "file_not_found"}
_DENIED, _MOVED, _LOST = {401, 403}, {301, 302, 303, 307, 308}, {404, 410}
_PAGE = (b"<!doctype html", b"<html")


async def content(client: AsyncWebClient, attachment: Attachment) -> AsyncGenerator[bytes, None]:
    """What `Adapter.open` gives. Raises Refused."""
    name = attachment.name
    with explained(f"Parley cannot read “{name}”"):
        file = await _told(client, attachment)
        async with _response(client, _address(file, client, name), name) as response:
            chunks = response.content.iter_chunked(_CHUNK)
            first = await anext(chunks, b"")
            if _is_page(first, response, file):
                raise Refused(
                    f"Slack sent a web page instead of “{name}”. An admin has to see to it that "
                    "Parley has the scope files:read and may read files from there."
                )
            yield first
            async for chunk in chunks:
                yield chunk


def team(attachment: Attachment) -> str:
    return attachment.reference.partition("/")[0]


async def _told(client: AsyncWebClient, attachment: Attachment) -> Shared:
    """What Slack tells of the file now: it may be gone, or was never described (Slack Connect)."""
    try:
        id_ = attachment.reference.partition("/")[2]
        answer = await asked(client.files_info(file=id_))
    except SlackApiError as error:
        if error_code(error) in _GONE:
            raise Refused(_gone(attachment.name), str(error)) from error
        raise
    return read(answer.get("file"), Shared) or Shared()


def _address(file: Shared, client: AsyncWebClient, name: str) -> str:
    if file.mode == "tombstone":
        raise Refused(_gone(name))
    if file.mode == "external" or file.is_external:
        raise Refused(
            f"“{name}” is not kept by Slack, so Parley cannot read it. Upload the file itself."
        )
    url = file.url_private_download or file.url_private or ""
    if not is_slacks(url, client):
        raise Refused(f"Slack tells no address of “{name}” that is its own.", f"not {url!r}")
    return url


@asynccontextmanager
async def _response(
    client: AsyncWebClient, url: str, name: str
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Our token goes to Slack's hosts alone: a redirect to another is followed without it."""
    session = open_session(client)
    for _ in range(_REDIRECTS + 1):
        ours = is_slacks(url, client)
        headers = {"Authorization": f"Bearer {client.token}"} if ours else {}
        async with session.get(
            url, headers=headers, allow_redirects=False, timeout=_TIMEOUT, proxy=client.proxy
        ) as response:
            if response.status not in _MOVED:
                _check(response, name)
                yield response
                return
            url = _next(response)
    raise Refused(f"Parley cannot read “{name}”: Slack sends it from one address to the next.")


def _next(response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location", "")
    try:
        return str(response.url.join(URL(location)))
    except ValueError as error:
        raise aiohttp.InvalidURL(location) from error


def is_slacks(address: str, client: AsyncWebClient) -> bool:
    """The server that stands for Slack counts too, where SLACK_API_URL names another."""
    try:
        url = URL(address)  # as the session will understand it
        origin = url.origin()
    except ValueError:
        return False
    if url.user is not None:
        return False
    host = url.host or ""
    known = host in {"slack.com", "slack-files.com"} or host.endswith(".slack.com")
    return (known and url.scheme == "https") or origin == URL(client.base_url).origin()


def _check(response: aiohttp.ClientResponse, name: str) -> None:
    if response.status in _LOST:
        raise Refused(_gone(name))
    if response.status in _DENIED:
        raise Refused(f"Slack does not let Parley read “{name}”.", f"HTTP {response.status}")
    response.raise_for_status()


def _is_page(first: bytes, response: aiohttp.ClientResponse, file: Shared) -> bool:
    """A download that is not allowed is answered with 200 and a page to log in."""
    kind = file.mimetype or ""
    if kind == "text/html":
        return "redir" in response.url.query  # where Slack sends who is not logged in
    looks_so = first[:100].lstrip().lower().startswith(_PAGE)
    return response.content_type == "text/html" or (looks_so and not kind.startswith("text/"))


def _gone(name: str) -> str:
    return f"“{name}” is gone from Slack, or stands where Parley is not."
