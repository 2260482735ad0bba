"""Who one is: chosen freely on the sandbox, proved by a password or a link elsewhere."""

import asyncio
import hashlib
import hmac
import html
import secrets
import time
from collections import deque
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from adapters.page.files import page
from bot.ports import State

ADMIN, OWNER = "admin", "owner"
PEOPLE = ("ada", "grace", ADMIN)
# The app counts page:admin and page:owner among the admins.

_COOKIE = "parley"
_DAYS_LOGGED_IN = 30
_WRONG_PASSWORDS = 10  # in a minute
_SECRET = "page/secret"  # noqa: S105  the name of the row that holds it


class Identity(Protocol):
    @property
    def people(self) -> tuple[str, ...]:
        """Whom one can be."""
        ...

    @property
    def landing(self) -> str:
        """What the address that is printed ends in."""
        ...

    async def who(self, request: web.Request, chosen: str) -> str:
        """The person, "" for somebody who must log in."""
        ...


class Free:
    """One is whom one chooses to be. Only where a request costs nothing and comes from here."""

    people = PEOPLE
    landing = "/"

    async def who(self, _request: web.Request, chosen: str) -> str:
        return chosen if chosen in PEOPLE else PEOPLE[0]


class Login:
    """One is the owner, by the password, or where none is set by a link that works once.

    The cookie is signed with a secret that is kept, so it outlives a restart, and with the
    password, so a new password ends all sessions.
    """

    people = ()

    def __init__(self, state: State, password: str | None) -> None:
        self._state = state
        self._password = password
        self._link = "" if password else secrets.token_urlsafe(24)
        self._wrong: deque[float] = deque(maxlen=_WRONG_PASSWORDS)
        self._key = b""
        self._making = asyncio.Lock()

    @property
    def landing(self) -> str:
        return f"/login?token={self._link}" if self._link else "/"

    async def who(self, request: web.Request, _chosen: str) -> str:
        issued, _, seal = request.cookies.get(_COOKIE, "").partition(".")
        if not issued.isdecimal() or not _equal(seal, await self._seal(issued)):
            return ""
        return OWNER if time.time() - int(issued) < _DAYS_LOGGED_IN * 86_400 else ""

    async def ask(self, request: web.Request) -> web.Response:
        """GET /login"""
        token = request.query.get("token", "")
        if self._link and _equal(token, self._link):
            self._link = ""
            return await self._welcome(request)
        if self._password:
            return page("login.html")
        return page("link.html")

    async def take(self, request: web.Request) -> web.Response:
        """POST /login"""
        if self._password is None:
            return page("link.html", HTTPStatus.FORBIDDEN)
        if len(self._wrong) == _WRONG_PASSWORDS and time.monotonic() - self._wrong[0] < 60:  # noqa: PLR2004  a minute
            return _again("Too many wrong passwords. Wait a minute.", HTTPStatus.TOO_MANY_REQUESTS)
        given = str((await request.post()).get("password", ""))
        if not _equal(given, self._password):
            self._wrong.append(time.monotonic())
            return _again("That is not the password.", HTTPStatus.UNAUTHORIZED)
        return await self._welcome(request)

    async def _welcome(self, request: web.Request) -> web.Response:
        issued = str(int(time.time()))
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        response.set_cookie(
            _COOKIE, f"{issued}.{await self._seal(issued)}", max_age=_DAYS_LOGGED_IN * 86_400,
            httponly=True, samesite="Strict",
            secure=request.headers.get("Origin", "").startswith("https:"),
        )  # fmt: skip
        return response

    async def _seal(self, issued: str) -> str:
        async with self._making:
            self._key = self._key or await self._kept_key()
        return hmac.new(self._key, _bytes(f"{issued}.{self._password}"), hashlib.sha256).hexdigest()

    async def _kept_key(self) -> bytes:
        if kept := await self._state.get(_SECRET):
            return bytes.fromhex(kept)
        key = secrets.token_bytes(32)
        await self._state.put(_SECRET, key.hex())
        return key


def _again(sentence: str, status: HTTPStatus) -> web.Response:
    return page("login.html", status, sentence=html.escape(sentence))


def _equal(given: str, wanted: str) -> bool:
    """In constant time, and for any text: compare_digest takes no str beyond ASCII."""
    return hmac.compare_digest(_bytes(given), _bytes(wanted))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
