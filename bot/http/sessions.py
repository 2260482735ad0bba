"""Logging in by a password, and the cookie that remembers it. `State` keeps the secret by which
cookies are signed, so they outlive a restart; the password is in the seal, so a new one ends all
sessions.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.ports import State

_DAYS_LOGGED_IN = 30
_WRONG_PASSWORDS = 10  # in a minute
_MINUTE = 60.0  # seconds


@dataclass(frozen=True)
class Cookie:
    name: str
    path: str  # below which it is sent, and where one comes when one has logged in
    row: str  # of State, that holds the secret


class Password:
    """A few wrong ones a minute, whoever gives them."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._wrong: deque[float] = deque(maxlen=_WRONG_PASSWORDS)

    async def objection(self, request: web.Request) -> tuple[str, HTTPStatus] | None:
        """What is wrong with the `password` that was posted."""
        if len(self._wrong) == _WRONG_PASSWORDS and time.monotonic() - self._wrong[0] < _MINUTE:
            return "Too many wrong passwords. Wait a minute.", HTTPStatus.TOO_MANY_REQUESTS
        if equal(str((await request.post()).get("password", "")), self._password):
            return None
        self._wrong.append(time.monotonic())
        return "That is not the password.", HTTPStatus.UNAUTHORIZED


class Sessions:
    def __init__(self, state: State, password: str | None, cookie: Cookie) -> None:
        self._state = state
        self._password = password
        self._cookie = cookie
        self._key = b""
        self._making = asyncio.Lock()

    async def known(self, request: web.Request) -> bool:
        issued, _, seal = request.cookies.get(self._cookie.name, "").partition(".")
        if not issued.isdecimal() or not equal(seal, await self._seal(issued)):
            return False
        return time.time() - int(issued) < _DAYS_LOGGED_IN * 86_400

    async def begin(self, request: web.Request) -> web.Response:
        issued = str(int(time.time()))
        response = see_other(self._cookie.path)
        response.set_cookie(
            self._cookie.name, f"{issued}.{await self._seal(issued)}", path=self._cookie.path,
            max_age=_DAYS_LOGGED_IN * 86_400, httponly=True, samesite="Strict",
            secure=request.headers.get("Origin", "").startswith("https:"),
        )  # fmt: skip
        return response

    def end(self) -> web.Response:
        """In this browser."""
        response = see_other(self._cookie.path)
        response.del_cookie(self._cookie.name, path=self._cookie.path)
        return response

    async def _seal(self, issued: str) -> str:
        async with self._making:
            self._key = self._key or await self._kept_key()
        return hmac.new(self._key, _bytes(f"{issued}.{self._password}"), hashlib.sha256).hexdigest()

    async def _kept_key(self) -> bytes:
        if kept := await self._state.get(self._cookie.row):
            return bytes.fromhex(kept)
        key = secrets.token_bytes(32)
        await self._state.put(self._cookie.row, key.hex())
        return key


def see_other(path: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path})


def equal(given: str, wanted: str) -> bool:
    """In constant time, and for any text: compare_digest takes no str beyond ASCII."""
    return hmac.compare_digest(_bytes(given), _bytes(wanted))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
