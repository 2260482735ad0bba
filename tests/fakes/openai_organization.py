"""The books of the organisation: usage and costs by UTC day, in pages of a few days."""

from typing import Any

from aiohttp import web

from tests.fakes.openai_answer import Fault

DAY = 86_400
PAGE = 2  # days of a page, whatever is asked for: servers may give fewer


class Books:
    """What was used: by endpoint, a row for each (day, model, numbers); and what was charged."""

    def __init__(self) -> None:
        self.usage: dict[str, list[tuple[int, str, dict[str, int]]]] = {}
        self.costs: list[tuple[int, str, float]] = []


async def usage(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    kind = request.match_info["kind"]
    found = [
        (day, {"object": f"organization.usage.{kind}.result", "model": model, "user_id": None,
               "project_id": call.query.get("project_ids[]"), "api_key_id": None, **numbers})
        for day, model, numbers in fake.books.usage.get(kind, ())
    ]  # fmt: skip
    return _page(found, call)


async def costs(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    found = [
        (day, {"object": "organization.costs.result", "line_item": item, "project_id": None,
               "amount": {"value": value, "currency": "usd"}})
        for day, item, value in fake.books.costs
    ]  # fmt: skip
    return _page(found, call)


def _page(found: list[tuple[int, dict[str, Any]]], call: Any) -> web.Response:
    query = call.query
    days = range(int(query["start_time"]), int(query["end_time"]), DAY)
    first = int(query.get("page", "page_0").removeprefix("page_"))
    more = first + PAGE < len(days)
    buckets = [
        {"object": "bucket", "start_time": day, "end_time": day + DAY,
         "results": [result for at, result in found if at == day]}
        for day in days[first : first + PAGE]
    ]  # fmt: skip
    return web.json_response({"object": "page", "data": buckets, "has_more": more,
                              "next_page": f"page_{first + PAGE}" if more else None})  # fmt: skip


ROUTES = (
    ("GET", "organization/usage/{kind}", usage),
    ("GET", "organization/costs", costs),
)
