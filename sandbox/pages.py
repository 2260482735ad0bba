"""Lists, a page at a time: `limit`, `after`, `order`."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import Meta, Struct

from sandbox.requests import convert


class Query(Struct):
    limit: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    after: str | None = None
    order: Literal["asc", "desc"] = "desc"  # newest first
    purpose: str | None = None


def query(http: web.Request) -> Query:
    """Raises APIError 400."""
    return convert(http.query, Query)


def page(oldest_first: Sequence[Any], asked: Query, limit: int) -> dict[str, Any]:
    """`limit`: where none is asked for."""
    things = list(oldest_first if asked.order == "asc" else reversed(oldest_first))
    ids = [thing.id for thing in things]
    start = ids.index(asked.after) + 1 if asked.after in ids else 0
    end = start + (asked.limit or limit)
    shown = things[start:end]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
        "has_more": end < len(things),
    }
