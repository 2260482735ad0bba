"""What an adapter reads while a reply is being written."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.parts import Button, Buttons, Delta, Notice, Remove, Status, Text
from bot.screen import Screen

keys = st.sampled_from(("answer", "note"))
deltas = st.builds(Delta, st.text(), keys)
texts = st.builds(Text, st.text(), keys)
removals = st.builds(Remove, keys)


def shown(parts):
    screen = Screen()
    for part in parts:
        screen.show(part)
    return screen


@given(st.lists(st.builds(Delta, st.text())))
def test_a_text_only_grows_while_a_model_writes(parts):
    screen, before = Screen(), ""
    for part in parts:
        screen.show(part)
        assert screen.text == before + part.text
        before = screen.text


@given(st.lists(st.one_of(deltas, texts, removals)))
def test_the_text_is_that_of_each_key_in_the_order_of_their_coming(parts):
    bodies = {}
    for part in parts:
        match part:
            case Delta(text, key):
                bodies[key] = bodies.get(key, "") + text
            case Text(markdown, key):
                bodies[key] = markdown
            case Remove(key):
                bodies.pop(key, None)
    assert shown(parts).text == "\n\n".join(body for body in bodies.values() if body)


def test_the_status_is_gone_with_the_first_text_and_at_the_end():
    screen = shown([Status("Thinking…")])
    assert screen.status == "Thinking…"
    screen.show(Delta("Well"))
    assert screen.status == ""
    silent = shown([Status("Thinking…")])
    silent.finish()
    assert silent.status == ""


def test_there_is_one_row_of_buttons_and_an_empty_one_takes_it_away():
    stop = Button("Stop", "stop")
    screen = shown([Buttons((stop,))])
    assert screen.buttons == (stop,)
    screen.show(Buttons(()))
    assert screen.buttons == ()


def test_a_notice_with_the_same_key_replaces_the_one_before():
    screen = shown([Notice("one"), Notice("two"), Notice("other", key="else")])
    assert [notice.text for notice in screen.notices] == ["two", "other"]


async def test_no_change_is_lost_to_one_who_is_slow():
    screen = Screen()
    screen.show(Delta("a"))
    screen.show(Delta("b"))
    await asyncio.wait_for(screen.changed(), 1)
    waiting = asyncio.create_task(screen.changed())
    await asyncio.sleep(0)
    assert not waiting.done()
    screen.show(Delta("c"))
    await asyncio.wait_for(waiting, 1)
    assert screen.text == "abc"


async def test_after_the_end_nobody_waits():
    screen = Screen()
    waiting = asyncio.create_task(screen.changed())
    await asyncio.sleep(0)
    screen.finish()
    await asyncio.wait_for(waiting, 1)
    await asyncio.wait_for(screen.changed(), 1)
    assert screen.done
