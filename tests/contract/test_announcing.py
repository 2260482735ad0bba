"""What Parley says by itself, on every platform."""

from msgspec.structs import replace


async def place_of(house, world):
    """The channel, and who spoke there. A page's window shows one thread, so there it is that."""
    await world.mention("hello")
    await house.answered()
    place = house.heard[0].place
    if place.platform != "page":
        place = replace(place, thread="")
    return {"place": place, "author": house.heard[0].author}


async def test_news_are_a_message_of_their_own_and_said_once(house, world):
    there = await place_of(house, world)
    for _ in range(2):
        await house.services.announce("job 1", "news", **there, values={"what": "It runs"})
    await world.until(lambda: any(post.card == "It runs" for post in world.posts()))
    await house.settled()
    assert [post.card for post in world.posts()].count("It runs") == 1


async def test_later_news_change_the_same_message_also_after_a_restart(house, world):
    there = await place_of(house, world)
    await house.services.announce("job 1", "news", **there, values={"what": "It runs"})
    await world.until(lambda: any(post.card == "It runs" for post in world.posts()))
    await house.settled()
    number, of = len(world.posts()), await delivery_of(house)
    await house.restart()
    await house.services.announce("job 1 done", "news", **there, of=of, values={"what": "Done"})
    await world.until(lambda: any(post.card == "Done" for post in world.posts()))
    await house.settled()
    assert len(world.posts()) == number
    assert not any(post.card == "It runs" for post in world.posts())


async def delivery_of(house):
    """Of what was posted last."""
    query = "SELECT delivery FROM outbox ORDER BY at DESC LIMIT 1"
    (row,) = await house.storage.database.read(lambda db: db.execute(query).fetchall())
    return row[0]


async def test_a_hint_is_for_one_person_alone(house, world):
    there = await place_of(house, world)
    await house.services.announce("hint 1", "hint", **there, values={"what": "mind the gap"})
    post = await house.shows("mind the gap")
    assert post.private_to == "ada"


async def test_nobody_else_can_have_parley_say_such_things(house, world):
    await world.mention("/news what:Fired")
    await world.slash("hint", "what:nothing")
    await house.settled()
    assert not any("Fired" in post.card or "Between us" in post.text for post in world.posts())
