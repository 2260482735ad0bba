"""What is wrong is said where an operator looks: the health, and the log."""

import asyncio

import pytest

from adapters.slack import socket
from bot.errors import Undeliverable
from bot.parts import Text
from bot.screen import Screen
from tests.fakes import slack_socket


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(socket, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(socket, "_LONGEST_WAIT", 0.001)


async def says(adapter, words):
    async with asyncio.timeout(10):
        while words not in adapter.health:
            await asyncio.sleep(0.001)


async def deliver(adapter, desk, **place):
    screen = Screen()
    screen.show(Text("Hello"))
    screen.finish()
    await adapter.deliver(desk.delivery(**place), screen)


async def test_it_is_ok_only_while_slack_has_greeted_the_connection(slack, adapter, running):
    await says(adapter, "ok")
    slack.refuse("apps.connections.open", *["fatal_error"] * 10_000)
    slack.socket.cut()
    await says(adapter, "Slack cannot be reached")
    slack._refused.clear()
    await says(adapter, "ok")


async def test_before_it_runs_it_is_not_ok(adapter):
    assert adapter.health == "Parley is not connected to Slack yet."


async def test_between_two_connections_it_stays_ok(slack, adapter, running):
    await says(adapter, "ok")
    seen = set()

    async def watch():
        while True:
            seen.add(adapter.health)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await slack.socket.goodbye("warning")
    await slack.socket.goodbye("refresh_requested")
    watching.cancel()
    assert seen == {"ok"}


async def test_socket_mode_that_was_switched_off_is_said_until_it_is_on_again(
    slack, adapter, running, inbox
):
    await says(adapter, "ok")
    slack.refuse("apps.connections.open", *["socket_mode_not_enabled"] * 10_000)
    for connection in slack.socket._sockets:
        await connection.send_json({"type": "disconnect", "reason": "link_disabled"})
        await connection.close()
    await says(adapter, "Socket Mode is off for this app: switch it on")
    slack._refused.clear()
    await says(adapter, "ok")
    await slack.direct("hello")
    await inbox.first()


async def test_too_many_connections_are_said(slack, adapter, running, monkeypatch):
    await says(adapter, "ok")
    monkeypatch.setattr(slack_socket, "MOST_SOCKETS", 0)
    slack.socket.cut()
    await says(adapter, "Ten connections to Slack are open")
    monkeypatch.setattr(slack_socket, "MOST_SOCKETS", 10)
    await says(adapter, "ok")


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
@pytest.mark.usefixtures("running")
async def test_a_token_that_slack_takes_no_more_is_said_with_what_to_do(
    slack, adapter, desk, caplog, error
):
    await says(adapter, "ok")
    slack.app.revoke("T1", error)
    with pytest.raises(Undeliverable, match=error):
        await deliver(adapter, desk)
    assert "has to install" in adapter.health
    assert "in T1: " in caplog.text


async def test_a_channel_that_cannot_be_written_to_is_no_matter_of_health(
    slack, adapter, running, desk
):
    await says(adapter, "ok")
    with pytest.raises(Undeliverable):
        await deliver(adapter, desk, channel="CNOWHERE")
    assert adapter.health == "ok"


async def test_a_removal_is_said_if_it_is_true(slack, adapter, running):
    await says(adapter, "ok")
    await slack.other({"type": "app_uninstalled"})
    await slack.until(lambda: slack.requests["auth.test"] == 2)
    await slack.direct("hello")
    assert adapter.health == "ok"
    slack.app.revoke("T1")
    await slack.other({"type": "app_uninstalled"})
    await says(adapter, "removed from this workspace")
