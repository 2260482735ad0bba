"""Who one is: chosen freely on the sandbox, proved by a password or a link elsewhere."""

import html
import secrets
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from adapters.page.files import page
from bot.http.sessions import Cookie, Password, Sessions, equal
from bot.ports import State

ADMIN, OWNER = "admin", "owner"
PEOPLE = ("ada", "grace", ADMIN)
# The app counts page:admin and page:owner among the admins.

_COOKIE = Cookie("parley", "/", "page/secret")


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
    """One is the owner, by the password, or where none is set by a link that works once."""

    people = ()

    def __init__(self, state: State, password: str | None) -> None:
        self._password = Password(password) if password else None
        self._sessions = Sessions(state, password, _COOKIE)
        self._link = "" if password else secrets.token_urlsafe(24)

    @property
    def landing(self) -> str:
        return f"/login?token={self._link}" if self._link else "/"

    async def who(self, request: web.Request, _chosen: str) -> str:
        return OWNER if await self._sessions.known(request) else ""

    async def ask(self, request: web.Request) -> web.Response:
        """GET /login"""
        token = request.query.get("token", "")
        if self._link and equal(token, self._link):
            self._link = ""
            return await self._sessions.begin(request)
        if self._password:
            return page("login.html")
        return page("link.html")

    async def take(self, request: web.Request) -> web.Response:
        """POST /login"""
        if self._password is None:
            return page("link.html", HTTPStatus.FORBIDDEN)
        if objection := await self._password.objection(request):
            sentence, status = objection
            return page("login.html", status, sentence=html.escape(sentence))
        return await self._sessions.begin(request)
