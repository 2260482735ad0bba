"""What is asked is checked beside the model call; what is said, in windows. “hurt” is flagged."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

import msgspec
import pytest

from bot.app import layers_of
from bot.errors import Refused
from bot.events import Attachment, Invocation, Place
from bot.layers import Moderation
from bot.moderating.gate import SIZES
from bot.moderating.judge import OVERLAP
from bot.parts import Buttons, Image, Notice, Status, Voice
from bot.pictures.work import Work
from bot.run import Run
from bot.screen import Screen
from tests.fakes.openai import Fault
from tests.handlers.desk import ADA, PLACE, desk

DIRECT = Place("slack", "T1", "D1", "1.1")


class Alone:
    """An adapter, as far as moderation asks it something."""

    def alone(self, place):
        return place.channel.startswith("D")


class Shown:
    """One answer, as it is moved to the screen."""

    def __init__(self, it, run):
        route = it.router.route(run.event)
        run.event, run.apart = route.event, route.apart
        self.run = run
        self.reply = layers_of(it.services)(route.handler)(run)
        self.screen = Screen()
        self.parts = []
        self.texts = []  # all that people read on the way
        self._task = asyncio.create_task(self._move())

    async def _move(self):
        async for part in self.reply:
            self.parts.append(part)
            self.screen.show(part)
            self.texts.append(self.screen.text)

    async def until(self, holds):
        async with asyncio.timeout(5):
            while not holds():
                await self.screen.changed()

    async def ended(self):
        await asyncio.wait_for(asyncio.shield(self._task), 10)
        return self

    def stop(self, reason="person"):
        self.run.stopped = reason
        self._task.cancel()

    @property
    def notice(self):
        return next((part.text for part in self.parts if isinstance(part, Notice)), "")


@asynccontextmanager
async def opened(path, **settings):
    async with desk(path, moderation=settings) as it:
        it.services.adapters["slack"] = Alone()
        yield it


@pytest.fixture
async def it(tmp_path):
    async with opened(tmp_path) as it:
        yield it


def shown(it, text, place=PLACE):
    return Shown(it, it.asked(text, place=place))


def held(it):
    """Verdicts wait until this is set."""
    allowed = asyncio.Event()

    async def wait(_request):
        await allowed.wait()

    it.openai.before_judging = wait
    return allowed


async def remembered(it, place=PLACE):
    return [turn.text for turn in await it.services.memory.recent(place, 10, before="")]


async def test_the_question_is_checked_beside_the_model_call(it):
    allowed = held(it)
    answer = shown(it, "hello")
    await it.openai.called(1)
    assert it.openai.calls[0].path.endswith("chat/completions")
    allowed.set()
    await answer.ended()
    assert answer.screen.text == "You said: hello"
    assert answer.run.verdict == "harmless"


async def test_until_the_verdict_nothing_is_shown_but_a_status_and_stop(it):
    allowed = held(it)
    answer = shown(it, "hello")
    await it.openai.called(1)
    await it.openai._until(lambda: it.openai.judged)
    assert {type(part) for part in answer.parts} <= {Status, Buttons}
    assert await remembered(it) == []
    allowed.set()
    await answer.ended()
    assert await remembered(it) == ["hello", "You said: hello"]


async def test_a_harmful_question_is_refused_to_the_asker_alone_and_forgotten(it):
    it.openai.faults.append(Fault(stall_after=2))
    answer = await shown(it, "I want to hurt him").ended()
    assert "it looks like violence and a threat" in answer.notice
    assert not answer.screen.text
    assert answer.screen.buttons == ()
    assert await remembered(it) == []


async def test_its_model_call_is_cancelled_and_settled(it):
    it.openai.faults.append(Fault(stall_after=1))
    await shown(it, "I want to hurt him").ended()
    await it.openai.idle()
    await it.services.ledger.aclose()
    assert {state for state, *_ in await it.rows()} <= {"settled", "released"}


async def test_a_harmful_answer_makes_room_for_a_sentence(it):
    it.openai.answers.append("Fine words first. " * 20 + "Now hurt them all.")
    answer = await shown(it, "go on").ended()
    assert answer.screen.text == "_The answer is not shown: it looked like violence and a threat._"
    assert any("Fine words" in text for text in answer.texts)
    assert not any("hurt" in text for text in answer.texts)
    assert await remembered(it) == []


@pytest.mark.parametrize("before", [SIZES[0] - 2, SIZES[0] - 1, SIZES[0], SIZES[0] + 1])
async def test_nothing_hides_at_a_seam(it, before):
    it.openai.answers.append("x" * (before - 5) + " hu" + "rt them " + "y" * 100)
    it.openai.interval = 0.001
    answer = await shown(it, "go on").ended()
    assert "not shown" in answer.screen.text
    assert not any("hurt" in text for text in answer.texts)


async def test_windows_overlap_and_grow(it):
    it.openai.answers.append(" ".join(f"word{n}" for n in range(600)))
    answer = await shown(it, "go on").ended()
    windows = [call.body["input"][0] for call in it.openai.judged[1:]]
    assert len(windows) < 12
    for one, other in itertools.pairwise(windows):
        assert other.startswith(one[-OVERLAP:])
    assert answer.screen.text.endswith("word599")


async def test_a_slow_model_is_not_held_until_a_window_is_full(it):
    it.openai.faults.append(Fault(stall_after=3))
    answer = shown(it, "one two three")
    await answer.until(lambda: answer.screen.text)
    assert answer.screen.text.startswith("You said:")
    it.openai.release()
    await answer.ended()


async def test_stop_keeps_what_was_written_so_far(it):
    it.openai.faults.append(Fault(stall_after=3))
    answer = shown(it, "one two three four")
    await answer.until(lambda: "one" in answer.screen.text)
    answer.stop()
    await answer.ended()
    assert answer.screen.text.endswith("_Stopped._")
    assert (await remembered(it))[0] == "one two three four"


async def test_a_cancelled_turn_leaves_no_task_behind(it):
    it.openai.faults.append(Fault(stall_after=3))
    answer = shown(it, "one two three four")
    await it.openai.called(1)
    answer._task.cancel()
    await asyncio.gather(answer._task, return_exceptions=True)
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not [name for name in names if name.startswith(("moderation", "handler"))]


async def test_words_in_a_file_are_checked_too(it):
    run = it.asked("what is this?")
    file = Attachment("f", "plan.txt", "text/plain")
    run.event = msgspec.structs.replace(run.event, attachments=(file,))
    run.open = _opener(b"hurt them")
    answer = await Shown(it, run).ended()
    assert "looks like violence" in answer.notice


def _opener(content):
    async def open_(_attachment):
        yield content

    return open_


def command(it, name, **values):
    event = Invocation(id=f"i{name}", place=PLACE, author=ADA, at=1.0, command=name, values=values)
    return Shown(it, Run(event, f"d{name}"))


@pytest.mark.parametrize(("name", "option"), [("imagine", "prompt"), ("speak", "text")])
async def test_a_harmful_prompt_is_not_paid_for(it, name, option):
    answer = await command(it, name, **{option: "hurt somebody"}).ended()
    assert "looks like violence" in answer.notice
    assert it.openai.calls == []


@pytest.mark.parametrize(("name", "option"), [("imagine", "prompt"), ("speak", "text")])
async def test_pictures_and_speech_wait_for_the_verdict(it, name, option):
    allowed = held(it)
    answer = command(it, name, **{option: "a fox"})
    await it.openai._until(lambda: it.openai.judged)
    assert it.openai.calls == []
    allowed.set()
    await answer.ended()
    assert any(isinstance(part, Image | Voice) for part in answer.parts)


FLAGGED = Fault(200, body=json.dumps({"id": "m", "model": "m", "results": [
    {"flagged": True, "categories": {"violence": True}, "category_scores": {"violence": 0.9}},
]}))  # fmt: skip


async def test_a_harmful_picture_that_was_painted_is_neither_shown_nor_kept(it):
    it.openai.judging_faults.extend([None, FLAGGED])
    answer = await command(it, "imagine", prompt="a fox").ended()
    assert "looks like violence" in answer.notice
    assert not answer.screen.media
    assert await it.services.works.of("dimagine", Work) is None


@pytest.mark.parametrize("answered", [Fault(400, "invalid_input"), Fault(200, body='{"id": "x"}')])
async def test_a_server_that_judges_no_pictures_is_remembered_as_such(it, answered):
    it.openai.judging_faults.extend([None, answered])
    for _ in range(2):
        answer = await command(it, "imagine", prompt="a fox").ended()
        assert [part for part in answer.parts if isinstance(part, Image)]
    looks = [call for call in it.openai.judged if not isinstance(call.body["input"][0], str)]
    assert len(looks) == 1


async def test_what_is_not_for_a_model_is_not_checked(it):
    answer = await command(it, "help").ended()
    assert answer.screen.text
    assert it.openai.judged == []


DOWN = {"closed": (False, False), "open": (True, True), "auto": (False, True)}


@pytest.mark.parametrize("down", DOWN)
@pytest.mark.parametrize("alone", [False, True])
async def test_while_the_endpoint_is_down_the_setting_says_what_happens(tmp_path, down, alone):
    async with opened(tmp_path, down=down) as it:
        it.openai.judging_faults.extend([Fault(403, "no_rights")] * 5)
        answer = await shown(it, "hello", DIRECT if alone else PLACE).ended()
        passes = DOWN[down][alone]
        assert bool(answer.screen.text) is passes
        assert ("does not work just now" in answer.notice) is not passes
        assert bool(await remembered(it, DIRECT if alone else PLACE)) is passes
        assert answer.run.verdict == ("unchecked" if passes else "")


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_without_the_endpoint_is_remembered_as_such(tmp_path, status, monkeypatch):
    monkeypatch.setattr("bot.openai.retry.FIRST_WAIT", 0.0)
    async with opened(tmp_path) as it:
        it.openai.judging_faults.extend([Fault(status, None)] * 20)
        await (first := shown(it, "I want to hurt him")).ended()
        asked = len(it.openai.judged)
        await (second := shown(it, "hello again")).ended()
        assert "You said" in first.screen.text
        assert "You said" in second.screen.text
        assert len(it.openai.judged) == asked


async def test_a_rate_limit_is_waited_for_and_no_longer_than_a_person_waits(it, monkeypatch):
    monkeypatch.setattr("bot.openai.retry.FIRST_WAIT", 0.0)
    monkeypatch.setattr("bot.moderating.judge.AGAIN", 0.01)
    it.openai.judging_faults.extend([Fault(429, "rate_limit_exceeded")] * 9)
    assert "You said" in (await shown(it, "hello").ended()).screen.text
    monkeypatch.setattr("bot.moderating.judge.PATIENCE", 0.2)
    it.openai.judging_faults.extend([Fault(429, "rate_limit_exceeded")] * 5_000)
    assert "does not work just now" in (await shown(it, "hello again").ended()).notice


async def test_a_model_that_is_not_there_is_no_missing_endpoint(it):
    it.openai.judging_faults.extend([Fault(404, "model_not_found")] * 3)
    answer = await shown(it, "hello").ended()
    assert "does not work just now" in answer.notice
    assert it.services.judge.on


async def test_switched_on_a_missing_endpoint_is_down(tmp_path):
    async with opened(tmp_path, mode="on") as it:
        it.openai.judging_faults.extend([Fault(404, None)] * 3)
        answer = await shown(it, "hello").ended()
        assert "does not work just now" in answer.notice


async def test_switched_off_nothing_is_checked(tmp_path):
    async with opened(tmp_path, mode="off") as it:
        answer = await shown(it, "I want to hurt him").ended()
        assert "hurt him" in answer.screen.text
        assert it.openai.judged == []


async def test_the_asker_is_charged_for_the_verdict_which_is_free(it):
    await shown(it, "hello").ended()
    query = "SELECT author, cost FROM calls WHERE capability = 'moderation'"
    rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
    assert set(rows) == {(ADA.id, 0)}


async def test_a_handler_is_told_of_what_it_asked_to_be_checked(it):
    async def uses(run):
        run.check("to hurt")
        await run.cleared()
        yield Status("never")

    run, services = it.asked("hello"), it.services
    settings = services.settings.moderation
    layer = Moderation(services.judge, settings, services.commands, services.adapters)
    reply = layer(uses)(run)
    with pytest.raises(Refused, match="violence"):
        async for _ in reply:
            pass
