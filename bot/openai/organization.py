"""What the provider says that the organisation used and was charged: `/organization/usage/…` and
`/organization/costs`, by UTC day and model. They want an admin key, and looking is free.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from bot.openai.calls import SLOW, Call
from bot.openai.meter import Free
from bot.openai.transport import Transport
from bot.openai.wire import reader

USAGE = ("completions", "embeddings", "images", "moderations", "audio_speeches",
         "audio_transcriptions")  # fmt: skip
_DAYS = 31  # of one page, the most there are
_PAGES = 100  # then something is wrong with the cursor


class Amount(msgspec.Struct, frozen=True):
    value: Decimal | None = None
    currency: str | None = None


class Result(msgspec.Struct, frozen=True):
    """Of one model in one bucket; each endpoint fills in what it counts. `line_item` is that of
    costs: `gpt-4o-mini-2024-07-18, input`.
    """

    model: str | None = None
    num_model_requests: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_cached_tokens: int | None = None
    images: int | None = None
    characters: int | None = None
    seconds: int | None = None
    amount: Amount | None = None
    line_item: str | None = None


class Bucket(msgspec.Struct, frozen=True):
    """A UTC day; UTC seconds."""

    start_time: int
    end_time: int = 0
    results: Sequence[Result] = ()


class _Page(msgspec.Struct, frozen=True):
    data: Sequence[Bucket]
    has_more: bool | None = None
    next_page: str | None = None


_read = reader(_Page)


class Organization:
    """Every method raises OpenAIError. `since` and `until`: UTC seconds, the second is not in it.
    `project`: of this one alone, proj_…
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def usage(self, kind: str, since: int, until: int, project: str = "") -> list[Bucket]:
        """`kind`: one of USAGE."""
        return await self._all(f"organization/usage/{kind}", "model", since, until, project)

    async def costs(self, since: int, until: int, project: str = "") -> list[Bucket]:
        return await self._all("organization/costs", "line_item", since, until, project)

    async def _all(
        self, path: str, group: str, since: int, until: int, project: str
    ) -> list[Bucket]:
        query: dict[str, str | int] = {
            "start_time": since, "end_time": until, "bucket_width": "1d", "limit": _DAYS,
            "group_by[]": group,
        }  # fmt: skip
        if project:
            query["project_ids[]"] = project
        buckets: list[Bucket] = []
        for _ in range(_PAGES):
            page = await self._page(path, query)
            buckets += page.data
            if not (page.has_more and page.next_page):
                break
            query["page"] = page.next_page
        return buckets

    async def _page(self, path: str, query: Mapping[str, str | int]) -> _Page:
        call = Call("GET", path, query=dict(query), patience=SLOW)
        return await self._transport.fetch(call, Free(), _read)
