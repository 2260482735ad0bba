import asyncio
from contextlib import aclosing

from adapters.pacing import Pace, Paces, frames
from bot.parts import Button, Buttons, Delta, Status
from bot.screen import Screen


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.during = lambda: None

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds
        self.during()
        await asyncio.sleep(0)

    def pace(self, interval=1.0):
        return Pace(interval, clock=self, sleep=self.sleep)


async def test_the_first_state_is_shown_at_once_and_the_next_an_interval_later():
    clock, screen = Clock(), Screen()
    shown = []
    screen.show(Delta("a"))
    async with aclosing(frames(screen, clock.pace())) as states:
        async for frame in states:
            shown.append((clock.now, frame.text))
            if frame.text == "a":
                screen.show(Delta("b"))
            else:
                screen.finish()
    assert shown == [(100, "a"), (101, "ab"), (102, "ab")]


async def test_what_comes_while_a_turn_is_waited_for_is_shown_once_and_together():
    clock, screen = Clock(), Screen()
    clock.during = lambda: screen.show(Delta("c")) or screen.finish()
    screen.show(Delta("a"))
    shown = []
    async for frame in frames(screen, clock.pace()):
        shown.append((frame.text, frame.done))
        screen.show(Delta("b"))
    assert shown == [("a", False), ("abc", True)]


async def test_a_sign_before_the_first_text_takes_no_turn():
    clock, screen = Clock(), Screen()
    screen.show(Status("Thinking"))
    async with aclosing(frames(screen, clock.pace())) as states:
        assert (await anext(states)).status == "Thinking"
        screen.show(Delta("a"))
        assert (await anext(states)).text == "a"
    assert clock.now == 100


async def test_a_thousand_chunks_cost_as_many_writes_as_there_are_intervals():
    clock, screen = Clock(), Screen()
    shown = []
    screen.show(Delta("x"))
    async for frame in frames(screen, clock.pace()):
        shown.append(frame.text)
        for _ in range(100):
            screen.show(Delta("x"))
        if len(shown) == 10:
            screen.finish()
    assert len(shown) == 11
    assert shown[-1] == "x" * 1001


async def test_an_answer_that_is_done_before_it_is_read_is_one_last_frame():
    screen = Screen()
    screen.show(Buttons((Button("Regenerate", "regenerate"),)))
    screen.finish()
    (frame,) = [frame async for frame in frames(screen, Clock().pace())]
    assert frame.done
    assert frame.buttons[0].label == "Regenerate"


async def test_an_empty_answer_ends():
    screen = Screen()
    screen.finish()
    assert len([frame async for frame in frames(screen, Clock().pace())]) == 1


async def test_after_a_429_nobody_writes_before_the_time_it_named():
    clock = Clock()
    pace = clock.pace()
    pace.hold(7)
    await pace.turn()
    assert clock.now == 107


async def test_those_who_share_a_pace_take_turns_in_order():
    clock = Clock()
    pace, order = clock.pace(), []

    async def writer(name):
        for _ in range(2):
            await pace.turn()
            order.append((name, clock.now))

    await asyncio.gather(writer("a"), writer("b"))
    assert [at for _, at in order] == [100, 101, 102, 103]
    assert sorted(name for name, _ in order[:2]) in (["a", "b"], ["a", "a"])


async def test_one_who_gives_up_waiting_does_not_block_the_others():
    pace = Pace(0.001)
    pace.hold(30)
    waiting = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    pace._free = 0
    async with asyncio.timeout(1):
        await pace.turn()


def test_a_channel_has_one_pace_while_somebody_holds_it():
    paces = Paces(1.0)
    held = paces["C1"]
    assert paces["C1"] is held
    assert paces["C2"] is not held
