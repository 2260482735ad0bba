"""Adapters that fail, and what is said of them meanwhile."""

import asyncio

import pytest

from bot import supervision
from bot.commands import Commands
from bot.errors import ParleyError
from bot.settings import WrongSetting
from bot.supervision import Supervision, repeat


class Adapter:
    """Each run ends as the script says; None: by itself."""

    name = "stage"

    def __init__(self, *ends):
        self.ends = list(ends)
        self.runs = 0
        self.at_rest = asyncio.Event()

    async def run(self, _accept, _suggest, _commands):
        self.runs += 1
        if not self.ends:
            self.at_rest.set()
            await asyncio.Event().wait()
        if error := self.ends.pop(0):
            raise error


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The pauses that were made, of no length."""
    made = []
    sleep = asyncio.sleep

    class Loop:
        """asyncio with a clock that a test does not wait for."""

        def __getattr__(self, name):
            return getattr(asyncio, name)

        async def sleep(self, seconds):
            made.append(seconds)
            await sleep(0)

    monkeypatch.setattr(supervision, "asyncio", Loop())
    return made


async def kept(adapter):
    """The state of an adapter that runs at last."""
    it = Supervision()
    keeping = asyncio.create_task(it.keep(adapter, None, None, Commands(())))
    await asyncio.wait_for(adapter.at_rest.wait(), 5)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    return it.state


async def test_what_fails_is_started_again_later_and_later(pauses):
    adapter = Adapter(*[OSError("gone")] * 8)
    assert await kept(adapter) == {"stage": "ok"}
    assert adapter.runs == 9
    assert pauses == [1, 2, 5, 10, 30, 60, 60, 60]


async def test_a_connection_that_ends_by_itself_is_opened_again(pauses):
    await kept(Adapter(None))
    assert pauses == [1]


async def test_after_a_steady_time_a_failure_is_the_first_again(pauses, monkeypatch):
    monkeypatch.setattr(supervision, "STEADY", -1.0)  # as if every run had lasted
    await kept(Adapter(*[OSError("gone")] * 3))
    assert pauses == [1, 1, 1]


async def test_a_wrong_setting_ends_it_with_its_sentence(pauses):
    adapter, it = Adapter(WrongSetting("Slack refuses SLACK_BOT_TOKEN")), Supervision()
    await it.keep(adapter, None, None, Commands(()))
    assert it.state == {"stage": "Slack refuses SLACK_BOT_TOKEN"}
    assert (adapter.runs, pauses) == (1, [])


async def test_what_a_new_attempt_may_mend_does_not_end_it():
    """A disk that is full while an adapter starts."""
    adapter = Adapter(ParleyError("The database has no space left."))
    assert await kept(adapter) == {"stage": "ok"}
    assert adapter.runs == 2


async def test_while_it_waits_its_state_says_why():
    adapter, it = (
        Adapter(ParleyError("The database has no space left."), OSError("gone")),
        Supervision(),
    )
    seen = []
    it.state = Recorded(seen)
    keeping = asyncio.create_task(it.keep(adapter, None, None, Commands(())))
    await asyncio.wait_for(adapter.at_rest.wait(), 5)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert seen == [
        "ok", "Starting again in 1 s: The database has no space left.",
        "ok", "Starting again in 2 s: it cannot be reached.",
        "ok",
    ]  # fmt: skip


class Recorded(dict):
    def __init__(self, seen):
        super().__init__()
        self._seen = seen

    def __setitem__(self, name, state):
        self._seen.append(state)
        super().__setitem__(name, state)


async def test_housekeeping_goes_on_after_an_error_of_the_moment(pauses):
    calls = []

    async def work():
        calls.append(1)
        if len(calls) == 1:
            raise ParleyError("The database is locked.")
        if len(calls) == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await repeat(work, 60)
    assert (len(calls), pauses) == (3, [60, 60, 60])
