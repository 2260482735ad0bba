"""The moderation queue on the admin pages."""

import pytest

from tests.admin.desk import HERE, admin_desk
from tests.admin.test_pages import seen


@pytest.fixture
async def desk(tmp_path):
    async with admin_desk(tmp_path) as desk:
        await desk.known()
        await desk.queue()
        yield desk


async def decide(desk, case, decision="approve_case", word=None):
    async with (
        await (desk.browser() if word is None else desk.browser(word)) as browser,
        browser.post(
            "/admin/moderation/decide", data={"case": case, "decision": decision},
            headers={"Origin": desk.address},
        ) as response,
    ):  # fmt: skip
        return response.status, response.url, await response.text()


async def test_open_cases_are_shown_with_scores_and_who_decided_others(desk):
    await desk.case(1)
    await desk.case(2, "BOB", "sexual", 0.7)
    await desk.storage.moderation.decide("case2", "removed", "slack:T1:ADA", "r")
    page = await seen(desk, "/admin/moderation")
    assert "Violence Eve, Slack: #general, 2026-11-23 10:59 UTC violence 0.91" in page
    assert "Sexual content Bob Slack: #general Removed Ada" in page
    assert "verdict: modr-7" in page
    assert page.count("Always allow this") == 1


async def test_a_decision_goes_the_way_of_the_button(desk):
    case = await desk.case()
    status, url, html = await decide(desk, case, "remove_case")
    assert (status, url.query["said"]) == (200, "done")
    assert "Decided." in html
    (event,) = desk.accepted
    assert (event.command, event.of, event.by) == ("remove_case", case, "button")
    assert event.author.id == "page:owner"
    assert event.author.id in desk.services.admins
    assert (event.place.channel, event.place.workspace) == ("C2", "T1")
    assert "Removed Owner" in (await seen(desk, "/admin/moderation")).replace("owner", "Owner")


async def test_what_is_decided_is_not_decided_again(desk):
    case = await desk.case()
    await desk.storage.moderation.decide(case, "approved", "slack:T1:ADA", "r")
    status, url, _ = await decide(desk, case)
    assert (status, url.query["said"]) == (200, "late")
    assert desk.accepted == []


@pytest.mark.parametrize(
    ("case", "decision"),
    [("case1", "moderation off"), ("case1", ""), ("nothing", "approve_case"), ("", "")],
)
async def test_nothing_else_can_be_done_that_way(desk, case, decision):
    await desk.case(1)
    assert (await decide(desk, case, decision))[0] == 404
    assert desk.accepted == []


async def test_without_a_login_nobody_decides(desk):
    case = await desk.case()
    _, url, _ = await decide(desk, case, word="")
    assert url.path == "/admin/login"
    assert desk.accepted == []


async def test_without_a_queue_it_is_said_that_nobody_would_hear_of_it(tmp_path):
    async with admin_desk(tmp_path) as desk:
        _, url, text = await decide(desk, await desk.case())
        assert (url.query["said"], "no moderation queue" in text) == ("unheard", True)
        assert desk.accepted == []


async def test_a_decision_that_cannot_be_written_down_is_not_said_to_be_made(desk):
    case = await desk.case()
    desk.full = True
    _, url, text = await decide(desk, case)
    assert (url.query["said"], "please try again" in text) == ("unwritten", True)


async def test_the_message_is_asked_for_when_somebody_wants_it(desk):
    case = await desk.case()
    path = "/admin/moderation/message"
    async with await desk.browser() as browser:
        response = await browser.get(f"{path}/{case}", allow_redirects=False)
        assert response.headers["Location"] == f"https://chat.example.com/{HERE.channel}/9.1"
        response = await browser.get(f"{path}/other", allow_redirects=False)
        assert response.headers["Location"].endswith("said=lost")


async def test_a_link_that_would_run_a_script_is_not_followed(desk, monkeypatch):
    case = await desk.case()

    async def link(_place, _source):
        return "javascript:alert(1)"

    monkeypatch.setattr(desk.services.adapters["slack"], "link", link)
    async with await desk.browser() as browser:
        response = await browser.get(f"/admin/moderation/message/{case}", allow_redirects=False)
        assert response.headers["Location"].endswith("said=lost")


async def test_many_cases_are_counted_and_the_oldest_shown(desk):
    for number in range(55):
        await desk.case(number)
    page = await seen(desk, "/admin/moderation")
    assert "The oldest 50 of 55." in page
    assert page.count("Always allow this") == 50
