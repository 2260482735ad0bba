import asyncio
from contextlib import aclosing

from adapters.pacing import Frame, Pace, Paces, Versions, frames
from bot.parts import Button, Buttons, Delta, Image, Status
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


# What is replaced soon


def draft(number, key="image"):
    return Image("fox.png", bytes(number), "A fox", key)


def seen(versions, *media, done=False):
    """What is shown of them now."""
    frame = versions.of(Frame(media=media, done=done))
    versions.shown(frame.media)
    return [len(each.content) for each in frame.media]


def test_the_next_version_waits_and_the_newest_is_shown():
    clock = Clock()
    versions = Versions(5.0, clock)
    assert seen(versions, draft(1)) == [1]
    clock.now += 1
    assert seen(versions, draft(2)) == [1]
    assert versions.due == 4
    clock.now += 3
    assert seen(versions, draft(3)) == [1]
    assert versions.due == 1
    clock.now += 1
    assert seen(versions, draft(3)) == [3]
    assert versions.due is None


def test_the_last_version_waits_for_nothing():
    clock = Clock()
    versions = Versions(5.0, clock)
    assert seen(versions, draft(1)) == [1]
    assert seen(versions, draft(2), done=True) == [2]


def test_each_key_waits_for_itself_and_the_time_counts_from_its_version():
    clock = Clock()
    versions = Versions(5.0, clock)
    first, other = draft(1), draft(1, "other")
    assert seen(versions, first) == [1]
    clock.now += 3
    assert seen(versions, first, other) == [1, 1]
    clock.now += 1
    assert seen(versions, draft(2), draft(2, "other")) == [1, 1]
    assert versions.due == 1
    clock.now += 1
    assert seen(versions, draft(2), draft(2, "other")) == [2, 1]
    assert versions.due == 3


def test_what_was_taken_away_comes_back_at_once():
    clock = Clock()
    versions = Versions(5.0, clock)
    assert seen(versions, draft(1)) == [1]
    assert seen(versions) == []
    assert seen(versions, draft(2)) == [2]


async def test_a_version_that_was_held_back_is_shown_though_nothing_changes_any_more():
    screen, shown = Screen(), []
    screen.show(draft(1))
    async with aclosing(frames(screen, Clock().pace(), again=0.02)) as states:
        async for frame in states:
            shown.append([len(each.content) for each in frame.media])
            if shown == [[1]]:
                screen.show(draft(2))
                screen.show(draft(3))
            else:
                break
    assert shown == [[1], [3]]
