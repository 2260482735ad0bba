"""What was said is found again by who may read it now, and by nobody else."""

import msgspec
import pytest

from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.run import Run
from tests.fakes.openai import Fault
from tests.handlers.desk import ADA, PLACE, desk
from tests.handlers.test_files_in_chat import chore, question, shown

BOSS = Author("slack:T1:BOSS", "Boss")
BOB = Author("slack:T1:BOB", "Bob")
OTHER = Place("slack", "T1", "C1", "2.2")
SECRET = Place("slack", "T1", "C9", "3.3")


class Membership:
    """Who may read which channel, as of now; unknown is nobody."""

    def __init__(self, **channels):
        self.channels = channels
        self.asked = []

    @property
    def order(self):
        return self

    async def may_read(self, author, place):
        self.asked.append((author.id, place))
        return author.id in self.channels.get(place.channel, ())

    async def link(self, place, source):
        return f"https://slack.test/{place.channel}/{source}"


def invoked(name, /, *, by=ADA, place=PLACE, id_="i", **values):
    event = Invocation(id=f"{name} {id_}", place=place, author=by, at=1.0, command=name,
                       values=values)  # fmt: skip
    return Run(event, f"d {name} {id_}")


async def on(it, place=PLACE):
    await shown(it, invoked("recall", by=BOSS, place=place, words="on"))


async def recalled(it, words, *, by=ADA, place=PLACE):
    text, _ = await shown(it, invoked("recall", by=by, place=place, words=words))
    return text


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        it.platform = Membership(C1={ADA.id, BOB.id}, C9={BOB.id})
        it.services.adapters["slack"] = it.platform
        yield it


async def test_what_was_said_is_found_with_a_link_once_recall_is_on(it):
    await it.screen(it.asked("The heron nests at Balaton", place=OTHER))
    await on(it)
    await chore(it).work()
    text = await recalled(it, "herons?")
    assert "> The heron nests at Balaton" in text
    assert "1 January 1970, https://slack.test/C1/2.2" in text


async def test_where_recall_is_off_nothing_is_in_the_index(it):
    await on(it, SECRET)
    await it.screen(it.asked("The heron nests at Balaton", place=OTHER))
    await chore(it).work()
    text = await recalled(it, "heron")
    assert text.startswith("Nothing was found where you may read. Recall is off in this channel")
    assert not any(call.path.endswith("embeddings") for call in it.openai.calls)


async def test_who_may_not_read_the_channel_finds_nothing_there_and_the_membership_is_as_of_now(it):
    await on(it, SECRET)
    await it.screen(it.asked("The heron is a spy", place=SECRET))
    await chore(it).work()
    assert "spy" not in await recalled(it, "heron", by=ADA)
    assert "spy" in await recalled(it, "heron", by=BOB)
    it.platform.channels["C9"] = {ADA.id}
    assert "spy" in await recalled(it, "heron", by=ADA)
    assert "spy" not in await recalled(it, "heron", by=BOB)
    del it.services.adapters["slack"]
    assert "spy" not in await recalled(it, "heron", by=ADA)


async def test_what_may_not_be_read_takes_no_place_from_what_may(it):
    await on(it, SECRET)
    await on(it)
    for number in range(150):
        thread = msgspec.structs.replace(SECRET, thread=f"9.{number}")
        await it.storage.recall.keep(
            "said", thread, [saying("heron heron heron")], delivery=f"x{number}", author="bob"
        )
    await it.storage.recall.keep(
        "said", OTHER, [saying("one heron among others")], delivery="y", author="ada"
    )
    assert "one heron among others" in await recalled(it, "heron")


def saying(text):
    from bot.storage.passages import Saying  # noqa: PLC0415

    return Saying(text)


async def test_a_workspace_never_finds_what_another_said(it):
    await on(it)
    await it.screen(it.asked("The heron nests", place=OTHER))
    await chore(it).work()
    text = await recalled(it, "heron", by=ADA, place=Place("slack", "T2", "C1", "1.1"))
    assert "nests" not in text


async def test_in_chat_what_was_said_elsewhere_in_the_channel_goes_along_with_its_link(it):
    await on(it)
    await it.screen(it.asked("The heron nests at Balaton", place=OTHER))
    await chore(it).work()
    text, _ = await shown(it, it.asked("Where was the heron?"))
    assert "> The heron nests at Balaton" in question(it)
    assert "_Looked at: 1 January 1970, https://slack.test/C1/2.2._" in text


async def test_in_chat_nothing_of_another_channel_goes_along_as_others_read_the_answer(it):
    await on(it)
    await on(it, SECRET)
    await it.screen(it.asked("The heron is a spy", place=SECRET))
    await chore(it).work()
    event = msgspec.structs.replace(it.asked("Who is the heron?").event, author=BOB)
    await shown(it, Run(event, "d-bob"))
    assert question(it) == "Who is the heron?"


async def test_what_the_asker_may_not_read_any_more_does_not_go_along(it):
    await on(it)
    await it.screen(it.asked("The heron nests at Balaton", place=OTHER))
    await chore(it).work()
    it.platform.channels["C1"] = set()
    await shown(it, it.asked("Where was the heron?"))
    assert question(it) == "Where was the heron?"


async def test_only_admins_switch_it(it):
    with pytest.raises(Refused, match="is for admins"):
        await recalled(it, "on")
    assert it.router.route(invoked("recall", words="on").event).private


async def test_off_takes_the_words_of_the_channel_out_of_the_index(it):
    await on(it)
    await it.screen(it.asked("The heron nests", place=OTHER))
    await chore(it).work()
    await shown(it, invoked("recall", by=BOSS, words="off"))
    await on(it, SECRET)
    assert "nests" not in await recalled(it, "heron")


async def test_who_asked_pays_for_the_index(it):
    await on(it)
    await it.screen(it.asked("The heron nests", place=OTHER))
    await chore(it).work()
    query = "SELECT author, workspace, channel FROM calls WHERE capability = 'embeddings'"
    rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
    assert rows == [(ADA.id, "slack:T1", "slack:T1:C1")]


async def test_an_answer_that_is_written_anew_is_found_as_it_is_now(it):
    await on(it)
    it.openai.answers.extend(["It is a crane.", "It is a stork."])
    await it.screen(it.asked("Which bird?", id_="d1", place=OTHER))
    await chore(it).work()
    run = it.pressed("regenerate", "d1")
    run.event = msgspec.structs.replace(run.event, place=OTHER)
    await it.screen(run)
    await chore(it).work()
    assert "stork" in await recalled(it, "bird")
    assert "crane" not in await recalled(it, "bird")


async def test_without_embeddings_words_are_enough_and_vectors_come_later(it):
    await on(it)
    await it.screen(it.asked("The heron nests", place=OTHER))
    it.openai.faults.append(Fault(400))
    await chore(it).work()
    assert "nests" in await recalled(it, "heron")


async def test_another_model_has_everything_embedded_anew_in_the_background(tmp_path):
    for model, size in (("text-embedding-3-small", 8), ("text-embedding-3-large", 8)):
        async with desk(tmp_path, embeddings={"model": model}) as it:
            it.services.adapters["slack"] = Membership(C1={ADA.id})
            await on(it)
            await it.screen(it.asked("The heron nests", place=OTHER, id_=f"d {model}"))
            await chore(it).work()
            assert await signed(it) == [(model, size)]
            assert "nests" in await recalled(it, "heron")


async def signed(it):
    query = "SELECT DISTINCT model, length(bits) FROM signs"
    return await it.storage.database.read(lambda db: db.execute(query).fetchall())
