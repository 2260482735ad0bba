"""The one httpx client: where it connects, who it says it is, and what its exceptions mean."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.openai import error_answers, errors
from bot.settings import WrongSetting

OPENAI = "https://api.openai.com/v1"
CONNECTIONS = 1000  # at once; each stream holds one


def made(base_url: str | None, key: str, organization: str | None) -> httpx.AsyncClient:
    """Each request brings its timeouts. Raises WrongSetting."""
    address = _address(base_url or OPENAI)
    # Certificates take 45 ms to load, and plain http has none to check.
    verify = address.scheme == "https"
    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=verify, limits=httpx.Limits(max_connections=CONNECTIONS)),
        base_url=address,
        headers=_headers(key, organization),
    )


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


def _address(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url.strip().rstrip("/") + "/")
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise WrongSetting(f"OPENAI_BASE_URL: {base_url!r} is no address; {OPENAI} is one.")
    return url


def _headers(key: str, organization: str | None) -> dict[str, str]:
    for name, value in (("OPENAI_API_KEY", key), ("OPENAI_ORG_ID", organization or "")):
        if not (value.isascii() and value.isprintable()):
            raise WrongSetting(f"{name} has characters that no key has; copy it again.")
    headers = {"User-Agent": "Parley", "Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if organization:
        headers["OpenAI-Organization"] = organization
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
