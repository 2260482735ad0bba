"""What admins see."""

import re
from html import unescape

import pytest
from msgspec.structs import replace

from bot.storage import cases
from bot.storage.problems import StorageUnavailable
from tests.admin.desk import HERE, admin_desk, busy


@pytest.fixture
async def desk(tmp_path):
    async with admin_desk(tmp_path) as desk:
        yield desk


async def seen(desk, path):
    """The text of the page."""
    async with await desk.browser() as browser, browser.get(path) as response:
        assert response.status == 200
        return words(await response.text())


def words(html):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<main>")[2])))


async def test_nothing_yet_is_said_plainly(desk):
    assert "Nothing has been used yet." in await seen(desk, "/admin/spending")
    work = await seen(desk, "/admin/work")
    for sentence in ("Nothing is being answered.", "No call is under way.", "watches no job."):
        assert sentence in work
    assert "Nothing waits for a decision." in await seen(desk, "/admin/moderation")


async def test_spending_is_shown_by_day_and_by_person_with_names(desk):
    await desk.known()
    await desk.book(0, cost=3_000_000)
    await desk.book(2, cost=1_000_000, author="slack:T1:BOB", channel="slack:T1:C9")
    page = await seen(desk, "/admin/spending")
    for text in ("$4.00", "Ada $3.00 75%", "Bob $1.00 25%", "#general $3.00", "C9 $1.00",
                 "23 November 2026: $3.00", "21 November 2026: $1.00",
        "22 November 2026: $0.00"):  # fmt: skip
        assert text in page


async def test_another_period_and_another_workspace_can_be_chosen(desk):
    await desk.book(0, cost=3_000_000)
    await desk.book(40, cost=7_000_000)
    await desk.book(0, cost=500_000, workspace="discord:9", author="discord:1")
    assert "$7.00" in await seen(desk, "/admin/spending?workspace=slack:T1&period=last+month")
    days = "since=2026-10-01&until=2026-11-30"
    assert "$10.00" in await seen(desk, f"/admin/spending?workspace=slack:T1&{days}&period=today")
    assert "$0.50" in await seen(desk, "/admin/spending?workspace=discord:9")
    assert "Discord 9" in await seen(desk, "/admin/spending")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=nonsense", "since is a day like 2026-11-30"),
        ("since=2026-11-20&until=2026-11-10", "swap them"),
        ("since=2016-01-01", "at most 366"),
        ("since=2030-01-01&until=2030-02-01", "has not come yet"),
        ("period=never", "this month"),
        ("workspace=slack:NONE", "$0.01"),
    ],
)
async def test_a_wrong_period_is_told_as_a_sentence(desk, query, said):
    await desk.book()
    assert said in await seen(desk, f"/admin/spending?{query}")


async def test_what_costs_nothing_is_shown_by_its_calls(desk):
    await desk.book(cost=0)
    await desk.book(1, cost=0)
    page = await seen(desk, "/admin/spending")
    assert "23 November 2026: 1 call" in page
    assert "gpt-4o-mini 2 calls 100%" in page


async def test_an_unknown_price_is_no_price_of_zero(desk):
    await desk.book(cost=None)
    page = await seen(desk, "/admin/spending")
    assert "price not known" in page
    assert "The price of 1 call is not known" in page


async def test_answers_under_way_are_shown_without_their_words(desk):
    await desk.under_way("a secret question")
    await desk.under_way("a secret fox", "BOB", "imagine", place=replace(HERE, thread="2.2"))
    page = await seen(desk, "/admin/work")
    assert "a message Ada Slack: #general 12 s ● here" in page
    assert "/imagine Bob Slack: #general 12 s ● here" in page
    assert "secret" not in page


async def test_calls_and_jobs_under_way_are_shown_with_what_is_held(desk):
    await desk.known()
    await desk.calling("BOB", reserved=12_000)
    await desk.calling(reserved=500_000, job="batch_1")
    await desk.job("batch_1", "Answers")
    page = await seen(desk, "/admin/work")
    assert "chat gpt-4o-mini Bob 3 s $0.012" in page
    assert "1 in all. $0.512 is held" in page
    assert "Answers batch ◐ Just begun Ada Slack: #general 10 min at most $0.50, held" in page


async def test_many_answers_are_counted_and_the_oldest_shown(desk):
    for number in range(60):
        await desk.under_way(place=replace(HERE, thread=f"{number}"))
    page = await seen(desk, "/admin/work")
    assert "The oldest 50 of 60." in page
    assert page.count("a message") == 50


async def test_an_event_of_a_later_version_breaks_no_page(desk):
    await desk.under_way()
    await desk.storage.database.write(
        lambda db: db.execute("UPDATE inbox SET event = '{}'").rowcount
    )
    assert "Nothing is being answered." in await seen(desk, "/admin/work")


async def test_limits_and_breakers_are_shown_by_provider_and_model(desk):
    await busy(desk)
    page = await seen(desk, "/admin/limits")
    assert "https://api.openai.com/v1/" in page
    assert "chat ● lets all through 0" in page
    assert re.search(r"images ▲ lets nobody through for 1\d s 10", page)
    assert re.search(r"gpt-4o-mini \d+ of 500 requests, as the server says", page)
    assert re.search(r"gpt-image-2 no limit is known none ▲ wants nothing for (39|40) s", page)


async def test_the_operators_limits_and_those_who_stand_in_are_shown(tmp_path):
    fallbacks = '[{"base_url": "https://other.example.com/v1", "api_key": "sk-hush"}]'
    async with admin_desk(tmp_path, rpm=60, fallbacks=fallbacks) as desk:
        transport = desk.services.providers.transport("chat")
        transport._paces["gpt-4o-mini"]._take(type("C", (), {"tokens": 1, "images": 0}))
        page = await seen(desk, "/admin/limits")
    assert "59 of 60 requests, a minute" in page
    assert "https://other.example.com/v1/ For chat" in page
    assert "where those before it are down" in page
    assert "hush" not in page


async def test_the_overview_says_what_is_wrong_what_is_spent_and_what_waits(desk):
    async def ill():
        return {"database": "ok", "slack": "Slack refuses SLACK_BOT_TOKEN"}

    desk.health = ill
    await desk.book(0, cost=1_000_000)
    await desk.book(3, cost=2_000_000)
    await desk.under_way()
    await desk.case()
    page = await seen(desk, "/admin")
    for text in (
        "Spent today $1.00 1 call", "Spent this month $3.00 2 calls", "Answers under way 1",
        "Cases to decide 1", "database ● ok", "slack ▲ Slack refuses SLACK_BOT_TOKEN",
    ):  # fmt: skip
        assert text in page


async def test_a_health_check_that_breaks_is_shown_and_breaks_no_page(desk):
    async def broken():
        raise OSError("disk gone")

    desk.health = broken
    assert "▲ the check failed: OSError" in await seen(desk, "/admin")


async def test_a_database_that_is_away_is_told_as_a_sentence(desk, monkeypatch):
    async with await desk.browser() as browser:

        async def away():
            raise StorageUnavailable("The disk is full.")

        monkeypatch.setattr(desk.storage.under_way, "numbers", away)
        async with browser.get("/admin/work") as response:
            assert response.status == 503
            assert "The disk is full." in await response.text()


QUERIES = (
    cases._CASES.format(cases._LATEST, "decision = '' ORDER BY shown.at LIMIT 50"),
    cases._CASES.format("reviews", "shown.delivery = 'x'"),
)


@pytest.mark.parametrize("query", QUERIES)
async def test_the_queue_is_read_by_an_index(desk, query):
    plan = await desk.storage.database.read(
        lambda db: [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    )
    assert not [step for step in plan if step.startswith("SCAN reviews") and "INDEX" not in step]
