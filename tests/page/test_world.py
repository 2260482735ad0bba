"""The contract suite's way to the page, tried on answers from a script."""

import asyncio

import pytest

from tests.contract.page import PageWorld
from tests.fakes.parley import ScriptedParley, suggest_nothing
from tests.page.house import COMMANDS, echo, hold


@pytest.fixture
async def world():
    world = PageWorld()
    await world.connect()
    yield world
    await world.aclose()


async def answers(world, script):
    parley = ScriptedParley(world.adapter, script)
    return parley, asyncio.create_task(world.adapter.run(parley.accept, suggest_nothing, COMMANDS))


async def leave(parley, running):
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await parley.aclose()


async def test_a_mention_a_redelivery_and_a_cut_make_one_answer(world):
    parley, running = await answers(world, echo)
    await asyncio.sleep(0)
    root = await world.mention("hello")
    await world.redeliver()
    await world.drop()
    (window,) = world._windows.values()
    await window.until(lambda: [p.buttons for p in world.posts()] == [("Regenerate",)])
    (post,) = world.posts()
    assert (post.thread, post.text) == (root, "You said: hello")
    assert len(parley.events) == 1
    await leave(parley, running)


async def test_a_button_is_pressed_by_its_label(world):
    parley, running = await answers(world, hold)
    await asyncio.sleep(0)
    await world.mention("go on")
    (window,) = world._windows.values()
    await window.until(lambda: [p.buttons for p in world.posts()] == [("Stop",)])
    await world.press("Stop", post=world.posts()[0].id)
    await window.until(lambda: world.posts()[0].text == "Well, stopped.")
    await leave(parley, running)
