"""The frame of every admin page, and the shapes that several of them have."""

import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from bot.admin.elements import HTML, Content, element

HOME = "/admin"
PAGES = {
    HOME: "Overview", f"{HOME}/spending": "Spending", f"{HOME}/work": "Under way",
    f"{HOME}/moderation": "Moderation", f"{HOME}/limits": "Limits",
}  # fmt: skip
LOG_OUT = f"{HOME}/logout"
STATIC = Path(__file__).parent / "static"
_HEADERS = {
    # Stricter than the page's: there is no script at all.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


def page(path: str, *content: Content, leave: bool = False) -> web.Response:
    """One of PAGES. `leave`: there is a login to end."""
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    header = element(
        "header",
        element("a", "Parley", class_="name", href=HOME),
        _menu(path),
        _leave() if leave else None,
    )
    foot = element("footer", f"As of {now}. ", element("a", "Look again", href=""))
    main = element("main", element("h1", PAGES[path]), *content, foot)
    return document(PAGES[path], header, main)


def document(
    title: str, *content: Content, status: HTTPStatus = HTTPStatus.OK, class_: str | None = None
) -> web.Response:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title}: Parley"),
        element("link", rel="icon", href=f"{HOME}/static/favicon.svg", type="image/svg+xml"),
        element("link", rel="stylesheet", href=f"{HOME}/static/admin.css"),
    )
    body = element("body", *content, class_=class_)
    text = "<!doctype html>" + element("html", head, body, lang="en")
    return web.Response(
        body=text.encode(errors="replace"), status=status, content_type="text/html",
        charset="utf-8", headers=_HEADERS,
    )  # fmt: skip


def _menu(current: str) -> HTML:
    items = (
        element(
            "li", element("a", name, href=path, aria_current="page" if path == current else None)
        )
        for path, name in PAGES.items()
    )
    return element("nav", element("ul", *items), aria_label="Pages")


def _leave() -> HTML:
    return element(
        "form", element("button", "Log out", class_="plain"), method="post", action=LOG_OUT
    )


def section(title: str, *content: Content, note: str = "") -> HTML:
    return element(
        "section",
        element("h2", title),
        element("p", note, class_="note") if note else None,
        *content,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[Content]], empty: str) -> HTML:
    """Each cell has its heading with it, as a phone shows rows as cards."""
    body = [
        element(
            "tr",
            *(element("td", cell, data_label=name) for name, cell in zip(head, row, strict=True)),
        )
        for row in rows
    ]
    if not body:
        return element("p", empty, class_="empty")
    top = element("thead", element("tr", *(element("th", name, scope="col") for name in head)))
    return element("div", element("table", top, element("tbody", *body)), class_="scroll")


def tiles(*facts: tuple[str, Content, str]) -> HTML:
    """(what, how much, and what to know of it)."""
    shown = (
        element("div", element("dt", what), element("dd", much, _small(more)))
        for what, much, more in facts
    )
    return element("dl", *shown, class_="tiles")


def _small(text: str) -> HTML | None:
    return element("small", text) if text else None


def sign(state: str, text: str) -> HTML:
    """`good`, `wait` or `bad`, by a shape as well as by a colour."""
    mark = {"good": "●", "wait": "◐", "bad": "▲"}[state]
    return element(
        "span", element("span", mark, aria_hidden="true"), f" {text}", class_=f"sign {state}"
    )


def alert(sentence: str, kind: str = "bad") -> HTML:
    return element("p", sentence, role="status", class_=f"alert {kind}")
