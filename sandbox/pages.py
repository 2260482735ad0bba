"""Lists, a page at a time: `limit`, `after`, `order`."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import Meta, Struct

from sandbox.errors import not_found
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
    """`limit`: where none is asked for. Raises APIError 404."""
    things = list(oldest_first if asked.order == "asc" else reversed(oldest_first))
    ids = [thing.id for thing in things]
    if asked.after and asked.after not in ids:
        raise not_found("object to list after", asked.after, "after")
    start = ids.index(asked.after) + 1 if asked.after else 0
    end = start + (asked.limit or limit)
    shown = things[start:end]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
        "has_more": end < len(things),
    }
