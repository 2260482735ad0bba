"""Budgets as people meet them, on every platform."""

from msgspec.structs import replace

from bot.spending.alerts import Alerts
from bot.storage.balances import Budget, Whom
from bot.storage.budgets import Asked

COMMANDS = ("show", "set", "grant", "reset", "remove", "alerts")


async def of_one_request(house, whose="person"):
    """Somebody spoke, and may from now on use one request more a month."""
    await house.world.mention("hello")
    await house.answered()
    event = house.heard[0]
    subjects = {"person": event.author.id, "channel": event.place.channel_key}
    budget = Budget(Whom(whose, subjects[whose]), "requests", "month", "", 2)
    await house.services.budget_book.set(Asked("1", "boss"), budget)
    return event


async def test_who_used_a_budget_is_told_alone_and_then_refused(house, world):
    await of_one_request(house)
    await world.mention("again")
    post = await house.shows("You have used 100 %")
    # On Discord what answers a message is never for one person alone.
    assert post.private_to == ("" if "discord" in house.services.adapters else "ada")
    await house.settled()
    await world.mention("and again")
    post = await house.shows("You have used your 2 requests for this month; it starts again on")
    assert "Ask an admin if you need more" in post.text
    await house.settled()
    assert len(house.openai.calls) == 2


async def test_admins_are_alerted_in_their_place(house, world):
    event = await of_one_request(house, "channel")
    place = event.place if event.place.platform == "page" else replace(event.place, thread="")
    await Alerts(house.services.preferences).send_to(place, event.author)
    await world.mention("again")
    post = await house.shows("has used all of 2 requests for this month")
    assert not post.private_to
    await house.settled()


async def test_nobody_but_admins_reaches_a_command_by_slash_or_mention(house, world):
    await world.mention("hello", by="bob")
    await house.answered()
    for number, name in enumerate(COMMANDS):
        words = {"set": "amount:$5", "grant": "amount:$5 whom:channel", "reset": "whom:channel"}
        await world.slash(f"budget {name}", words.get(name, ""), by="bob")
        await world.mention(f"/budget {name} {words.get(name, '')}", by="bob")
        await world.until(lambda number=number, name=name: refused(world, name) == 2)
    await house.settled()
    home = house.heard[0].author.id.rpartition(":")[0]
    assert await house.services.budget_book.here(home, house.heard[0].place.payer) == []


async def test_nor_by_a_form(house, world):
    await world.slash("budget set", "", by="bob")
    await world.until(lambda: "amount" in world.form() or refused(world, "set"))
    if world.form():
        await world.fill(amount="$5", by="bob")
    await world.until(lambda: refused(world, "set"))


def refused(world, name):
    said = f"/budget {name}` is for admins"
    return sum(said in post.text for post in world.posts())
