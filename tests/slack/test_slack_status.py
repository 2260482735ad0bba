"""The signs that Parley is at work: a status with words, and a session with Slack's Stop button."""

import asyncio

import pytest

from adapters.slack import status
from bot.errors import Undeliverable
from bot.parts import Delta, File, Notice, Status, Text
from tests.slack.conftest import Log
from tests.slack.helpers import asked, texts

SESSION, STATUS = "agents.sessions.setStatus", "assistant.threads.setStatus"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(status, "SESSION_AFTER", 0.0)


async def thinking(slack, screen):
    screen.show(Status("Thinking"))
    await slack.until(lambda: slack.api.statuses and slack.requests[SESSION])


async def test_a_status_shows_until_the_first_words(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        await thinking(slack, screen)
        assert slack.api.loading == ["Thinking"]
        screen.show(Text("Hello"))
    assert slack.api.statuses == ["Thinking"]  # Slack takes it away with the post


async def test_at_the_top_level_there_are_no_signs_and_that_ends_them_nowhere_else(slack, desk):
    before = slack.api.store("C1", "UPARLEY", bot_id="BPARLEY", text="Hello")["ts"]
    delivery = desk.delivery(log=Log({"0": before}))
    delivery.flat = True
    async with desk.delivering(delivery) as screen:
        screen.show(Status("Thinking"))
        screen.show(Text("Hello again"))
    assert texts(slack) == ["Hello again"]
    assert slack.requests[SESSION] == slack.requests[STATUS] == 0
    assert delivery.place.thread == ""
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        await thinking(slack, screen)
        screen.show(Text("Hello"))


async def test_a_status_that_no_words_followed_is_taken_away(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        await thinking(slack, screen)
        screen.show(Notice("No."))
    assert slack.api.statuses == ["Thinking", ""]
    assert slack.api.loading == []


async def test_a_status_that_changes_is_told(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        await thinking(slack, screen)
        screen.show(Status("Drawing"))
        await slack.until(lambda: len(slack.api.statuses) == 2)
        screen.show(Text("Hello"))
    assert slack.api.statuses == ["Thinking", "Drawing"]
    assert slack.requests[SESSION] == 2  # processing and active


async def test_while_parley_is_at_work_slack_shows_its_own_stop_button(slack, desk):
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        await thinking(slack, screen)
        assert slack.api.sessions[root] == ["processing"]
        screen.show(Text("Hello"))
        await slack.until(lambda: texts(slack))
        assert slack.api.sessions[root] == ["processing"]
    assert slack.api.sessions[root] == ["processing", "active"]


async def test_who_is_answered_soon_needs_no_other_stop_button_than_ours(slack, desk, monkeypatch):
    monkeypatch.setattr(status, "SESSION_AFTER", 60.0)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Status("Thinking"))
        await slack.until(lambda: slack.api.statuses)
        screen.show(Text("Hello"))
    assert slack.api.statuses == ["Thinking"]
    assert not slack.requests[SESSION]


async def test_who_is_answered_at_once_needs_no_sign(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Status("Thinking"))
        screen.show(Text("Hello"))
    assert not slack.api.statuses
    assert not slack.requests[SESSION]


@pytest.mark.parametrize("method", [STATUS, SESSION])
@pytest.mark.parametrize("error", ["missing_scope", "unknown_method", "not_authorized"])
async def test_a_sign_that_cannot_be_shown_is_not_tried_again_and_the_answer_comes(
    slack, desk, method, error
):
    slack.refuse(method, error)
    for number in (1, 2):
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Status("Thinking"))
            other = STATUS if method == SESSION else SESSION
            await slack.until(lambda n=number, m=other: slack.requests[m] >= n)
            screen.show(Text("Hello"))
    assert texts(slack) == ["Hello", "Hello"]
    assert slack.requests[method] == 1


async def test_a_sign_that_gets_lost_is_shown_the_next_time(slack, desk):
    slack.refuse(STATUS, "html")
    for number in (1, 2):
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Status("Thinking"))
            await slack.until(lambda number=number: slack.requests[STATUS] == number)
            screen.show(Text("Hello"))
    assert slack.api.statuses == ["Thinking"]


async def test_a_status_is_renewed_before_slack_takes_it_away(slack, desk, monkeypatch):
    monkeypatch.setattr(status, "RENEWED_AFTER", 0.001)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        await thinking(slack, screen)
        await slack.until(lambda: len(slack.api.statuses) >= 3)
        screen.show(Delta("Hello"))
        await slack.until(lambda: texts(slack))
        told = len(slack.api.statuses)
        await asyncio.sleep(0.01)
        assert len(slack.api.statuses) <= told + 1
    assert set(slack.api.statuses) == {"Thinking"}


async def test_a_status_ends_when_only_a_file_follows(slack, desk):
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        await thinking(slack, screen)
        screen.show(File("table.csv", b"a,b"))
    assert slack.api.statuses == ["Thinking", ""]
    assert slack.api.sessions[root] == ["processing", "active"]


async def test_a_status_ends_when_the_answer_cannot_be_delivered(slack, desk):
    root = await asked(slack)
    slack.refuse("chat.postMessage", "is_archived")
    with pytest.raises(Undeliverable):  # noqa: PT012  in the middle
        async with desk.delivering(desk.delivery(root)) as screen:
            await thinking(slack, screen)
            screen.show(Text("Hello"))
            await slack.until(lambda: slack.requests["chat.postMessage"])
    assert slack.api.statuses == ["Thinking", ""]
    assert slack.api.sessions[root] == ["processing", "active"]


async def test_a_status_ends_when_the_process_leaves(slack, desk):
    root = await asked(slack)
    with pytest.raises(asyncio.CancelledError):  # noqa: PT012  in the middle
        async with desk.delivering(desk.delivery(root)) as screen:
            await thinking(slack, screen)
            raise asyncio.CancelledError
    assert slack.api.statuses == ["Thinking", ""]
    assert slack.api.sessions[root] == ["processing", "active"]


async def test_an_answer_that_goes_on_after_a_restart_ends_the_session_left_behind(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Hel"))
    slack.api.sessions.clear()
    async with desk.delivering(desk.delivery(root, log=delivery.log)) as screen:
        screen.show(Text("Hello"))
    assert slack.api.sessions[root] == ["active"]


async def test_a_sign_that_slack_does_not_answer_holds_up_no_answer(slack, desk, monkeypatch):
    monkeypatch.setattr(status, "_PATIENCE", 0.01)
    stuck = asyncio.Event()

    async def hang(**_about):
        await stuck.wait()

    monkeypatch.setattr(desk.web, "assistant_threads_setStatus", hang)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Status("Thinking"))
        await asyncio.sleep(0)
        screen.show(Text("Hello"))
        await slack.until(lambda: texts(slack))
    assert texts(slack) == ["Hello"]


async def test_made_again_an_answer_has_no_status_while_its_words_grow(slack, desk):
    """Slack takes it away for a post, but not for an edit."""
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("old"))
    async with desk.delivering(delivery) as screen:
        await thinking(slack, screen)
        screen.show(Text("new"))
        await slack.until(lambda: slack.api.statuses == ["Thinking", ""])
    assert texts(slack) == ["new"]


async def test_of_many_sessions_none_is_left_open_for_want_of_a_call(slack, desk):
    roots = [await asked(slack) for _ in range(40)]

    async def answer(number, root):
        delivery = desk.delivery(root)
        delivery.id, delivery.nonce = f"delivery{number:04}", f"nonce{number:07}"
        async with desk.delivering(delivery) as screen:
            screen.show(Status("Thinking"))
            await slack.until(lambda: sum(map(len, slack.api.sessions.values())) >= 25)
            screen.show(Notice("No."))

    await asyncio.gather(*(answer(number, root) for number, root in enumerate(roots)))
    opened = [went for went in slack.api.sessions.values() if went]
    assert len(opened) == 25  # and 25 calls to end them
    assert all(went == ["processing", "active"] for went in opened)
    assert desk.workspace.sessions == 0
