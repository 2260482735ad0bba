"""Who is told that a budget is nearly used, where, and how often."""

from contextlib import asynccontextmanager

import pytest

from bot.announcing import Announcer
from bot.errors import NotAccepted
from bot.events import Author, Message, Place
from bot.layers import Allowance
from bot.openai.chat import Usage
from bot.parts import Notice, Text
from bot.run import Run
from bot.spending.alerts import Alerts
from bot.spending.budgets import BudgetSpent
from bot.spending.payer import Payer
from bot.storage.balances import Budget, Whom
from bot.storage.budgets import Asked
from bot.storage.preferences import Preferences
from tests.spending.desk import StubChat, Time, ask, open_desk

ADA = Author("slack:T1:UADA", "Ada")
PLACE = Place("slack", "T1", "C1", "1.1")
DESK = Place("slack", "T1", "CADMINS")


class Office:
    """Ada asks for answers that cost so many micro-dollars, of a budget of 1,000."""

    def __init__(self, desk):
        self.desk = desk
        self.said = []  # what was announced
        announce = Announcer()
        announce.accept = self._accept
        self.alerts = Alerts(Preferences(desk.database))
        self.layer = Allowance(desk.ledger, desk.budget_book, self.alerts, announce)
        self.accepts = True

    async def _accept(self, event):
        if not self.accepts:
            raise NotAccepted("no")
        if event.id not in {known.id for known in self.said}:
            self.said.append(event)
        return "accepted"

    async def ask(self, cost, by=ADA, place=PLACE, words="hello"):
        """What the asker alone was told."""

        async def handler(run):
            usage = Usage(prompt=cost, completion=0)
            openai = self.desk.openai(StubChat(("word",), usage)).charged_to(Payer.of(run))
            await openai.complete(ask(words, most=16))
            yield Text("word")

        event = Message(id="m", place=place, author=by, at=0, text="?", source="s")
        parts = [part async for part in self.layer(handler)(Run(event, "d"))]
        return [part.text for part in parts if isinstance(part, Notice)]

    async def alert(self):
        return [(event.place, event.values["what"]) for event in self.said]


@asynccontextmanager
async def office_at(path, time=None, **settings):
    async with open_desk(path, time, **settings) as desk:
        yield Office(desk)


@pytest.fixture
async def office(tmp_path):
    async with office_at(tmp_path, budget_person_day="0.001") as office:
        yield office


async def test_a_person_is_told_once_at_75_and_once_at_95_percent(office):
    assert await office.ask(700) == []
    sentence = "You have used 76 % of your $0.001 for today; $0.00024 left."
    assert await office.ask(60) == [f"{sentence} It starts again at 00:00 (UTC)."]
    assert await office.ask(60) == []
    [said] = await office.ask(135)
    assert said.startswith("You have used 95 % of your $0.001 for today")
    assert await office.ask(1) == []


async def test_who_jumps_over_both_is_told_once(office):
    [said] = await office.ask(960)
    assert said.startswith("You have used 96 %")
    assert await office.ask(0) == []


async def test_another_process_tells_nothing_again(office, tmp_path):
    assert len(await office.ask(800)) == 1
    async with office_at(tmp_path, budget_person_day="0.001") as other:
        assert await other.ask(1) == []


async def test_the_next_day_is_another_budget_and_so_is_another_amount(tmp_path):
    time = Time()
    async with office_at(tmp_path, time, budget_person_day="0.001") as office:
        assert len(await office.ask(800)) == 1
        mine = Budget(Whom("person", ADA.id), "money", "day", "", 1_050)
        await office.desk.budget_book.set(Asked("1", "boss"), mine)
        assert len(await office.ask(1)) == 1
        time.now += 86_400
        assert len(await office.ask(900)) == 1


async def test_a_channels_and_the_workspaces_budgets_are_no_news_for_the_asker(tmp_path):
    async with office_at(tmp_path, budget_workspace_day="0.001") as office:
        assert await office.ask(960) == []


async def test_admins_hear_of_it_where_they_asked_for_it_and_once(office):
    await office.ask(750)
    await office.alerts.send_to(DESK, Author("slack:T1:BOSS"))
    await office.ask(10)
    assert await office.alert() == []
    await office.ask(200)
    await office.ask(1)
    sentence = "has used 95 % of $0.001 for today. It starts again at 00:00 (UTC)."
    assert await office.alert() == [(DESK, f"Ada (slack:T1:UADA) {sentence}")]


async def test_admins_hear_that_all_is_used_when_somebody_is_refused(office):
    await office.alerts.send_to(DESK, Author("slack:T1:BOSS"))
    await office.ask(990)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            await office.ask(1)
    assert [what.partition(".")[0] for _, what in await office.alert()] == [
        "Ada (slack:T1:UADA) has used 95 % of $0",
        "Ada (slack:T1:UADA) has used all of $0",
    ]


async def test_a_call_that_is_too_dear_for_a_budget_with_something_left_is_no_alert(office):
    await office.alerts.send_to(DESK, Author("slack:T1:BOSS"))
    await office.ask(700)
    with pytest.raises(BudgetSpent):
        await office.ask(1, words="x" * 2_000)
    assert await office.alert() == []


async def test_admins_hear_of_channels_and_workspaces(tmp_path):
    async with office_at(tmp_path, budget_workspace_day="0.001") as office:
        await office.alerts.send_to(DESK, Author("slack:T1:BOSS"))
        channel = Budget(Whom("channel", PLACE.channel_key), "requests", "month", "", 1)
        await office.desk.budget_book.set(Asked("1", "boss"), channel)
        await office.ask(960)
        assert sorted(what.partition(".")[0] for _, what in await office.alert()) == [
            "The channel slack:T1:C1 has used all of 1 request for this month",
            "The workspace slack:T1 has used 95 % of $0",
        ]


async def test_an_alert_that_cannot_be_written_down_is_given_the_next_time(office):
    await office.alerts.send_to(DESK, Author("slack:T1:BOSS"))
    office.accepts = False
    assert await office.ask(960) == []
    office.accepts = True
    assert len(await office.ask(1)) == 1
    assert len(await office.alert()) == 1


async def test_an_answer_outside_the_workspace_alerts_the_same_admins(tmp_path):
    """A direct message on Discord is in no server, and a person's budget holds there too."""
    place, there = Place("discord", "99", "1"), Place("discord", "", "77")
    async with office_at(tmp_path, budget_person_day="0.001") as office:
        await office.alerts.send_to(place, Author("discord:1"))
        await office.ask(960, by=Author("discord:123", "Ada"), place=there)
        assert [where for where, _ in await office.alert()] == [place]


async def test_a_budget_of_nothing_is_nothing_to_be_told_of(tmp_path):
    async with office_at(tmp_path, budget_person_day="0") as office:
        with pytest.raises(BudgetSpent):
            await office.ask(1)
        assert await office.alert() == []
