"""What is written down before the platform hears that it was."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.events import Attachment, Author, Invocation, Message, Place, Stop
from bot.storage import inbox as inbox_module
from bot.storage.database import open_database
from bot.storage.inbox import Inbox, Taken
from bot.storage.outbox import Outbox
from bot.storage.preferences import Preferences
from bot.storage.problems import StorageUnavailable
from tests.storage.said import said


@pytest.fixture
def inbox(database):
    return Inbox(database)


async def reopened(path, database):
    """The next process, after this one is gone."""
    await database.close()
    return await open_database(path)


def rows(table):
    return lambda db: db.execute(f"SELECT * FROM {table}").fetchall()


async def test_a_redelivered_event_is_taken_once(inbox):
    results = await asyncio.gather(*[inbox.accept(said()) for _ in range(4)])
    assert [type(result) for result in results] == [Taken, str, str, str]
    assert results[1:] == ["duplicate"] * 3


async def test_an_event_is_taken_once_though_it_comes_again_when_it_is_done(inbox):
    taken = await inbox.accept(said())
    await inbox.finish(taken.delivery)
    assert await inbox.accept(said()) == "duplicate"


async def test_deliveries_have_ids_that_fit_a_button(inbox):
    taken = [await inbox.accept(said(str(number))) for number in range(20)]
    assert {len(each.delivery) for each in taken} == {12}
    assert len({each.delivery for each in taken}) == 20


NOTE = Attachment("r", "note.ogg", "audio/ogg", spoken=True)


async def listened(database, scope="slack:T1:C1"):
    await Preferences(database).put(scope, "transcription", "on")


async def test_sound_is_taken_where_parley_listens(inbox, database):
    await listened(database)
    message = msgspec.structs.replace(said(addressed=False), attachments=(NOTE,))
    taken = await inbox.accept(message)
    assert taken.event == message  # it is to nobody still
    assert await database.read(rows("threads")) == []


async def test_where_parley_listens_words_are_still_nobodys(inbox, database):
    await listened(database)
    picture = Attachment("r", "fox.png", "image/png")
    assert await inbox.accept(said("1", addressed=False)) == "ignored"
    other = msgspec.structs.replace(said("2", addressed=False), attachments=(picture,))
    assert await inbox.accept(other) == "ignored"


async def test_sound_elsewhere_is_nobodys(inbox, database):
    await listened(database, "slack:T1:C2")
    message = msgspec.structs.replace(said(addressed=False), attachments=(NOTE,))
    assert await inbox.accept(message) == "ignored"


async def test_what_is_said_to_nobody_leaves_its_id_and_nothing_else(inbox, database):
    assert await inbox.accept(said(addressed=False, text="secret")) == "ignored"
    assert await inbox.accept(said(addressed=False, text="secret")) == "duplicate"
    assert await database.read(rows("inbox")) == []
    assert await database.read(rows("threads")) == []


async def test_in_a_thread_that_parley_takes_part_in_everything_is_said_to_it(inbox):
    await inbox.accept(said("1", thread="7"))
    taken = await inbox.accept(said("2", thread="7", addressed=False))
    assert taken.event.addressed
    assert await inbox.accept(said("3", thread="8", addressed=False)) == "ignored"


async def test_what_began_a_thread_is_said_to_nobody_even_if_it_is_heard_of_late(inbox):
    await inbox.accept(said("1", thread="7"))
    root = msgspec.structs.replace(said("2", thread="7", addressed=False), source="7")
    assert await inbox.accept(root) == "ignored"


async def test_in_a_channel_itself_parley_answers_only_what_is_said_to_it(inbox):
    await inbox.accept(said("1", thread=""))
    assert await inbox.accept(said("2", thread="", addressed=False)) == "ignored"


async def test_what_is_done_leaves_no_word_in_any_file(path):
    database = await open_database(path)
    inbox = Inbox(database)
    taken = await inbox.accept(said(text="my secret " * 2000))
    await Outbox(database).intend("d", "0", (taken.delivery, "my secret answer"))
    await inbox.finish(taken.delivery)
    await database.close()
    assert [b"secret" in file.read_bytes() for file in path.parent.iterdir()] == [False]


async def test_the_next_process_goes_on_with_what_people_already_read(path):
    database = await open_database(path)
    first, second = [await Inbox(database).accept(said(event)) for event in "12"]
    await Outbox(database).intend("d", "0", (first.delivery, "Once upon"))
    database = await reopened(path, database)
    assert await Inbox(database).abandoned() == [
        Taken(first.delivery, first.event, 2, "Once upon"),
        Taken(second.delivery, second.event, 2, ""),
    ]
    await database.close()


async def test_only_attempts_that_began_are_counted(path):
    database = await open_database(path)
    taken = await Inbox(database).accept(said())
    attempts = []
    for begins in (False, True, True, False):
        database = await reopened(path, database)
        attempts += [each.attempt for each in await Inbox(database).abandoned()]
        if begins:
            await Inbox(database).begin(taken.delivery)
    await database.close()
    assert attempts == [2, 2, 3, 4]


async def test_abandoned_events_come_oldest_first_and_as_many_as_wanted(path):
    database = await open_database(path)
    for number in range(9):
        await Inbox(database).accept(said(str(number)))
    database = await reopened(path, database)
    batches = [await Inbox(database).abandoned(4) for _ in range(4)]
    assert [[each.event.id for each in batch] for batch in batches] == [
        list("0123"), list("4567"), ["8"], [],
    ]  # fmt: skip
    await database.close()


@pytest.mark.parametrize(
    "event",
    [
        Message(
            id="1", place=Place("discord", "G", "C", "T"), author=Author("discord:1", "Ada"),
            at=1.5, address="a", text="hi", source="9", addressed=True,
        ),
        Invocation(
            id="1", place=Place("slack", "T", "C"), author=Author("slack:T:U"), at=2.0,
            command="imagine", values={"prompt": "a fox", "n": 2, "hd": True, "x": 0.5},
            by="button", of="delivery",
        ),
        Stop(
            id="1", place=Place("page", "w", "c"), author=Author("page:ada"), at=3.0,
            delivery="delivery",
        ),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
async def test_every_kind_of_event_comes_back_as_it_was(path, event):
    database = await open_database(path)
    await Inbox(database).accept(event)
    database = await reopened(path, database)
    assert [taken.event for taken in await Inbox(database).abandoned()] == [event]
    await database.close()


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", ""), ("a\0b", "a\0b"), ("x" * 100_000, "x" * 100_000), ("a\ud800b", "a?b")],
    ids=["empty", "zero byte", "100,000 characters", "half a surrogate pair"],
)
async def test_wild_text_is_kept(path, text, kept):
    database = await open_database(path)
    taken = await Inbox(database).accept(said(text=text))
    assert taken.event.text == kept
    database = await reopened(path, database)
    assert [each.event for each in await Inbox(database).abandoned()] == [taken.event]
    await database.close()


async def test_an_event_that_cannot_be_read_is_kept_and_stops_no_other(path, caplog):
    database = await open_database(path)
    broken = await Inbox(database).accept(said("1"))
    await Inbox(database).accept(said("2"))
    await database.write(
        lambda db: db.execute(
            'UPDATE inbox SET event = \'{"type": "later"}\' WHERE delivery = ?',
            (broken.delivery,),
        )
    )
    database = await reopened(path, database)
    assert [taken.event.id for taken in await Inbox(database).abandoned()] == ["2"]
    assert broken.delivery in caplog.text
    assert len(await database.read(rows("inbox"))) == 2
    await database.close()


async def test_what_cannot_be_written_is_not_taken(database, inbox):
    await database.write(lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())
    with pytest.raises(StorageUnavailable):
        await inbox.accept(said(text="x" * 20_000))
    await database.write(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert isinstance(await inbox.accept(said(text="x" * 20_000)), Taken)


async def test_old_ids_are_forgotten_and_young_ones_stay(database, inbox, monkeypatch):
    monkeypatch.setattr(inbox_module, "PRUNED_AT_ONCE", 2)
    for number in range(7):
        await inbox.accept(said(str(number), addressed=False))
    await database.write(lambda db: db.execute("UPDATE seen SET at = 1 WHERE event < '5'"))
    await inbox.prune(before=1000.0)
    left = await database.read(lambda db: [event for event, *_ in rows("seen")(db)])
    assert left == ["5", "6"]


class Life(RuleBasedStateMachine):
    """Whatever comes, however often, and however often a process dies: each event is worked on by
    one process at a time until it is done, and never after that (R6).
    """

    ids = st.integers(0, 4).map(str)

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "parley.db"
        self.working = {}  # the oracle: event id -> delivery
        self.done = set()
        self.start()

    def run(self, awaitable):
        return self.loop.run_until_complete(awaitable)

    def start(self):
        self.database = self.run(open_database(self.path))
        self.inbox = Inbox(self.database)

    @rule(event=ids, times=st.integers(1, 4))
    def arrive(self, event, times):
        """The platform delivers it, several times at once, new or late."""

        async def deliver():
            return await asyncio.gather(*[self.inbox.accept(said(event)) for _ in range(times)])

        taken = [result for result in self.run(deliver()) if isinstance(result, Taken)]
        assert len(taken) == (event not in self.working and event not in self.done)
        self.working.update((each.event.id, each.delivery) for each in taken)

    @rule(event=ids)
    def finish(self, event):
        if event in self.working:
            self.run(self.inbox.finish(self.working.pop(event)))
            self.done.add(event)

    @rule()
    def die(self):
        """The kernel gives the lock back; nothing else happens."""
        dead = self.database
        dead.owner.close()
        self.start()
        again = self.run(self.inbox.abandoned())
        assert {taken.event.id: taken.delivery for taken in again} == self.working
        self.run(dead.close())

    @rule()
    def leave(self):
        self.run(self.database.close())
        self.start()
        again = self.run(self.inbox.abandoned())
        assert {taken.event.id: taken.delivery for taken in again} == self.working

    @invariant()
    def nothing_of_a_living_process_is_taken(self):
        assert self.run(self.inbox.abandoned()) == []

    def teardown(self):
        self.run(self.database.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
