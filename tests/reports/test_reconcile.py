"""/reconcile, against the endpoints of the organisation in their own wire format."""

import asyncio
import csv
import io
import json
import urllib.request
from datetime import date
from functools import partial

import pytest
from openai.types.admin.organization.usage_completions_response import UsageCompletionsResponse
from openai.types.admin.organization.usage_costs_response import UsageCostsResponse

from bot.errors import Refused
from bot.openai.errors import OpenAIError
from bot.reports.periods import Period
from bot.reports.reconciling import UTC, drifts, told
from handlers import reconcile
from tests.fakes.openai import Fault
from tests.reports.desk import reports_desk, shown

SECOND = 1_793_577_600  # 2 November 2026, UTC
DAY = 86_400
WEEK = Period(date(2026, 11, 1), date(2026, 11, 7), UTC)
MINI = "gpt-4o-mini-2024-07-18"


def with_key(path):
    return reports_desk(path, openai_admin_key="sk-fake")


async def same_books(desk):
    """One day of chat and pictures, alike on both sides."""
    for _ in range(2):
        await desk.book(2026, 11, 2, 12, cost=600_000)
    await desk.book(2026, 11, 3, 12, model="dall-e-3", capability="images", pictures=2,
                    tokens_in=9, tokens_out=0, cost=80_000)  # fmt: skip
    completions = {"input_tokens": 200, "output_tokens": 100, "num_model_requests": 2}
    pictures = {"images": 2, "num_model_requests": 1}
    books = desk.openai.books
    books.usage["completions"] = [(SECOND, MINI, completions)]
    books.usage["images"] = [(SECOND + DAY, "dall-e-3", pictures)]
    books.costs = [(SECOND, f"{MINI}, input", 0.2), (SECOND, f"{MINI}, output", 1.0),
                   (SECOND + DAY, "dall-e-3", 0.08)]  # fmt: skip


async def found(desk, project=""):
    services = desk.services
    return await drifts(services.reports, services.organization, WEEK, project)


async def test_books_that_are_alike_agree(tmp_path):
    async with with_key(tmp_path) as desk:
        await same_books(desk)
        text = told(await found(desk), WEEK)
    assert text == (
        "**Parley's books and the provider's, 1 to 7 November 2026 (UTC)**\n"
        "Ours $1.28, theirs $1.28: the same.\n"
        "2 of 2 lines (a day and a model each) agree."
    )


async def test_what_differs_is_told_by_day_and_model_with_its_estimates(tmp_path):
    async with with_key(tmp_path) as desk:
        await same_books(desk)
        await desk.book(2026, 11, 2, 15, cost=50_000, estimated=1)
        text = told(await found(desk), WEEK)
    assert "1 of 2 lines" in text
    assert text.splitlines()[-1] == (
        "- 2 November 2026, `gpt-4o-mini`: ours $1.25, theirs $1.20, $0.05 more in ours; "
        "calls +1; tokens in +100; tokens out +50; 1 of ours are estimates ($0.05)"
    )


async def test_what_somebody_else_used_is_told_and_a_project_can_be_named(tmp_path):
    async with with_key(tmp_path) as desk:
        desk.openai.books.usage["audio_speeches"] = [
            (SECOND, "tts-1", {"characters": 500, "num_model_requests": 1})
        ]
        text = told(await found(desk, "proj_1"), WEEK)
        queries = [call.query for call in desk.openai.calls]
    assert "- 2 November 2026, `tts-1`: calls -1; characters -500" in text
    assert "may be somebody else's" in text
    assert all(query["project_ids[]"] == "proj_1" for query in queries)


async def test_a_call_is_compared_by_the_providers_day(tmp_path):
    """Half past midnight in Berlin is the evening before."""
    async with with_key(tmp_path) as desk:
        await desk.book(2026, 11, 3, 0, 30)
        (one,) = await found(desk)
    assert one.day == date(2026, 11, 2)


async def test_all_pages_are_read_with_the_admin_key(tmp_path):
    async with with_key(tmp_path) as desk:
        desk.openai.books.costs = [(SECOND + 5 * DAY, "gpt-4o, input", 3.0)]
        (one,) = await found(desk)
        calls = [call for call in desk.openai.calls if call.path == "/v1/organization/costs"]
    assert one.charged == 3_000_000
    assert [call.query.get("page") for call in calls] == [None, "page_2", "page_4", "page_6"]
    assert calls[0].query == {
        "start_time": str(SECOND - DAY), "end_time": str(SECOND + 6 * DAY), "bucket_width": "1d",
        "limit": "31", "group_by[]": "line_item",
    }  # fmt: skip


async def test_the_fake_speaks_the_official_wire_format(tmp_path):
    async with with_key(tmp_path) as desk:
        await same_books(desk)
        await found(desk)
        get = partial(_get, desk)
        usage, costs = await get("usage/completions"), await get("costs")
    UsageCompletionsResponse.model_validate(usage, strict=True)
    UsageCostsResponse.model_validate(costs, strict=True)


async def _get(desk, what):
    url = f"{desk.openai.url}/organization/{what}?start_time={SECOND}&end_time={SECOND + DAY}"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer sk-fake"})
    return json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(request).read()))


async def test_without_an_admin_key_it_says_how_to_set_one(tmp_path):
    async with reports_desk(tmp_path) as desk:
        with pytest.raises(Refused, match="set it as OPENAI_ADMIN_KEY"):
            await shown(reconcile._reconcile(desk.services, desk.time, desk.run("reconcile")))


async def test_a_provider_that_refuses_is_said(tmp_path):
    async with with_key(tmp_path) as desk:
        desk.openai.faults += [Fault(403, "insufficient_permissions")] * 7
        with pytest.raises(OpenAIError):
            await found(desk)


async def test_the_answer_has_a_table(tmp_path):
    async with with_key(tmp_path) as desk:
        await same_books(desk)
        run = desk.run("reconcile", since="2026-11-01", until="2026-11-07")
        screen = await shown(reconcile._reconcile(desk.services, desk.time, run))
    (file,) = screen.media
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["day_utc"], row["model"], row["ours_usd"], row["theirs_usd"]) for row in rows] == [
        ("2026-11-02", "gpt-4o-mini", "1.200000", "1.200000"),
        ("2026-11-03", "dall-e-3", "0.080000", "0.080000"),
    ]
