"""Who may see the admin pages: whoever has the password; on the sandbox alone, whoever sits at this
machine; otherwise nobody.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias

from aiohttp import web

from bot.admin.elements import Content, element
from bot.admin.page import HOME, alert, document, page
from bot.errors import ParleyError, Refused
from bot.events import Author
from bot.http.door import Door, Handler
from bot.http.sessions import Cookie, Password, Sessions, see_other
from bot.ports import State
from bot.settings import Settings, is_loopback

Show: TypeAlias = Callable[[web.Request], Awaitable[Content]]

OFF = (
    "The admin pages are off, because others may reach this server or what they ask costs money. "
    "Set PARLEY_ADMIN_PASSWORD to have them."
)
LOG_IN = f"{HOME}/login"
_COOKIE = Cookie("parley_admin", HOME, "admin/secret")


def off_because(settings: Settings) -> str:
    """A sentence for operators; "" where the pages are there."""
    alone = settings.only_sandbox and is_loopback(settings.http_host)
    return "" if settings.admin_password or alone else OFF


async def off(_request: web.Request) -> web.Response:
    return document("Off", element("main", alert(OFF, "wait")), status=HTTPStatus.FORBIDDEN)


class Gate:
    """Without a password it is open."""

    def __init__(self, door: Door, state: State, password: str | None) -> None:
        self._door = door
        self._password = Password(password) if password else None
        self._sessions = Sessions(state, password, _COOKIE)

    @property
    def author(self) -> Author:
        """Who acts here; the app counts both among the admins."""
        return Author("page:owner", "Owner") if self._password else Author("page:admin", "Admin")

    def shows(self, path: str, show: Show) -> Handler:
        async def shown(request: web.Request) -> web.StreamResponse:
            leave = self._password is not None
            try:
                return page(path, await show(request), leave=leave)
            except ParleyError as error:
                framed = page(path, alert(error.sentence), leave=leave)
                refused = isinstance(error, Refused)
                framed.set_status(400 if refused else HTTPStatus.SERVICE_UNAVAILABLE)
                return framed

        return self.does(shown)

    def does(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if self._password is None or await self._sessions.known(request):
                return await handler(request)
            return see_other(LOG_IN)

        return self._door.guarded(checked)

    async def ask(self, _request: web.Request) -> web.Response:
        """GET /admin/login"""
        return _login("", HTTPStatus.OK) if self._password else see_other(HOME)

    async def take(self, request: web.Request) -> web.Response:
        """POST /admin/login"""
        if self._password is None:
            return see_other(HOME)
        if objection := await self._password.objection(request):
            return _login(*objection)
        return await self._sessions.begin(request)

    async def leave(self, _request: web.Request) -> web.Response:
        """POST /admin/logout"""
        return self._sessions.end()


def _login(sentence: str, status: HTTPStatus) -> web.Response:
    form = element(
        "form",
        element("h1", "Parley for admins"),
        element("label", "Password", for_="password"),
        element("input", id="password", name="password", type="password", required=True,
                autocomplete="current-password", autofocus=True),
        element("p", sentence, role="alert", class_="alert bad") if sentence else None,
        element("button", "Log in"),
        method="post", action=LOG_IN,
    )  # fmt: skip
    return document("Log in", element("main", form), status=status, class_="login")
