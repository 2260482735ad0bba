"""The one HTTP client: where it connects, who it says it is, and what its exceptions mean."""

import asyncio
import base64
from collections.abc import AsyncIterable, Iterator, Mapping
from contextlib import contextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.openai import error_answers, errors
from bot.openai.calls import Call

OPENAI = "https://api.openai.com/v1"
CONNECTIONS = 1000  # at once; each stream holds one


class Client:
    """Of one server. It goes to httpx's transport itself: of what an httpx.AsyncClient does on the
    way (redirects, cookies, logins) we want nothing, and it takes as long as the rest together.
    """

    def __init__(self, base_url: str | None, key: str, organization: str | None) -> None:
        """The settings have checked the address and the key."""
        address = httpx.URL(f"{(base_url or OPENAI).rstrip('/')}/")
        self.address = address.copy_with(userinfo=b"")
        # Certificates take 45 ms to load, and plain http has none to check.
        verify = self.address.scheme == "https"
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self._transport = AiohttpTransport(verify=verify, limits=limits)
        self._headers = _headers(key, organization, address.userinfo)
        self._urls: dict[str, httpx.URL] = {}  # of the endpoints; parsing takes 0.1 ms

    def request(
        self,
        call: Call,
        content: bytes | AsyncIterable[bytes] | None,
        headers: Mapping[str, str],
        timeouts: Mapping[str, float],
    ) -> httpx.Request:
        """`timeouts` in seconds: connect, read, write, pool."""
        return httpx.Request(
            call.method,
            self._url(call),
            params=call.query or None,
            headers={**self._headers, **headers},
            content=content,
            extensions={"timeout": timeouts},
        )

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Its body is not read yet; whoever asked closes it."""
        response = await self._transport.handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()

    def _url(self, call: Call) -> httpx.URL:
        if call.method != "POST" or not call.model:  # what it is about may stand in the path
            return httpx.URL(f"{self.address}{call.path}")
        if call.path not in self._urls:
            self._urls[call.path] = httpx.URL(f"{self.address}{call.path}")
        return self._urls[call.path]


async def download(url: str, most: int, silence: float, total: float) -> bytes:
    """Of an address that is not the provider's own; times in seconds. Raises OpenAIError."""
    content = bytearray()
    with translated():
        # It loads certificates, which takes 45 ms; hardly any server still gives addresses.
        async with (
            asyncio.timeout(total),
            await asyncio.to_thread(httpx.AsyncClient, timeout=silence) as http,
            http.stream("GET", url, headers={"User-Agent": "Parley"}) as response,
        ):
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > most:
                    raise errors.Malformed(f"more than {most:,} bytes")
    if not response.is_success:
        raise error_answers.from_response(response.status_code, response.headers, b"")
    return bytes(content)


def _headers(key: str, organization: str | None, userinfo: bytes) -> dict[str, str]:
    headers = {"User-Agent": "Parley", "Content-Type": "application/json"}
    if userinfo:  # a server of one's own behind a login
        headers["Authorization"] = f"Basic {base64.b64encode(userinfo).decode()}"
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if organization:
        headers["OpenAI-Organization"] = organization.strip()
    return headers


@contextmanager
def translated() -> Iterator[None]:
    """What the HTTP client raises, as what it means to us. The transport below maps a refused
    connection to ConnectTimeout and one that broke later too, so its cause is asked.
    """
    try:
        yield
    except httpx.InvalidURL as error:
        raise errors.Malformed("an address that is none", may_have_run=True) from error
    except TimeoutError as error:
        raise errors.TimedOut("no answer in time", may_have_run=True) from error
    except (httpx.HTTPError, aiohttp.ClientError) as error:
        match error.__cause__ or error:
            case aiohttp.ConnectionTimeoutError():
                raise errors.TimedOut("no connection in time") from error
            case aiohttp.ClientConnectorError():
                raise errors.ConnectionFailed(words(error)) from error
            case aiohttp.ClientResponseError() | httpx.DecodingError():
                raise errors.Malformed(words(error), may_have_run=True) from error
        raise errors.ConnectionFailed(words(error), may_have_run=True) from error


def words(error: Exception) -> str:
    return f"{type(error.__cause__ or error).__name__}: {error}"
