"""What a channel was given to know goes along with each question there, and nowhere else."""

import pytest

from bot.errors import Refused
from bot.events import Attachment, Message, Place
from tests.documents.files import pdf
from tests.fakes.openai import Fault
from tests.handlers.desk import desk
from tests.handlers.test_files_in_chat import LONG, chore, question, shown
from tests.handlers.test_recall import BOSS, invoked

ELSEWHERE = Place("slack", "T1", "C2", "1.1")


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        yield it


def add(contents=(), **values):
    contents = dict(contents)
    files = zip(("file", "file_2", "file_3", "file_4"), contents, strict=False)
    given = {option: Attachment(name, name) for option, name in files}
    run = invoked("knowledge add", by=BOSS, **given, **values)

    async def open_(attachment):
        yield contents[attachment.name]

    run.open = open_
    return run


async def listed(it):
    return (await shown(it, invoked("knowledge list")))[0]


async def test_a_file_is_found_in_every_thread_of_the_channel_with_its_name_and_in_no_other(it):
    text, _ = await shown(it, add({"birds.pdf": LONG}))
    assert text == "This channel knows **birds.pdf** now: 100 passages."
    await shown(it, it.asked("Where is the heron?", place=Place("slack", "T1", "C1", "7.7")))
    assert "“birds.pdf”, page 70:\n> the purple heron" in question(it)
    await shown(it, it.asked("Where is the heron?", place=ELSEWHERE))
    assert question(it) == "Where is the heron?"


async def test_text_is_known_by_its_first_line_or_the_name_it_is_given(it):
    await shown(it, add(text="Leave\nTwo weeks of holidays."))
    await shown(it, add(text="Coffee is on floor 3.", name="coffee"))
    assert await listed(it) == "- **Leave**: 1 passage\n- **coffee**: 1 passage"
    await shown(it, it.asked("How many holidays?"))
    assert "“Leave”:\n> Leave\n> Two weeks of holidays." in question(it)


async def test_a_file_of_the_same_name_replaces_the_other(it):
    await shown(it, add({"a.pdf": pdf("The heron is blue.")}))
    await shown(it, add({"a.pdf": pdf("The heron is grey.")}))
    assert await listed(it) == "- **a.pdf**: 1 passage"
    await shown(it, it.asked("The heron?"))
    assert "grey" in question(it)
    assert "blue" not in question(it)


async def test_of_several_files_those_that_can_be_read_are_known(it):
    text, _ = await shown(it, add({"a.txt": b"herons", "b.pdf": pdf("x", password="y"), "c": b""}))
    assert "This channel knows **a.txt** now" in text
    assert "“b.pdf” is locked by a password" in text
    assert "“c” is empty" in text


async def test_what_is_removed_is_not_known_any_more(it):
    await shown(it, add(text="The heron is blue.", name="birds"))
    with pytest.raises(Refused, match="knows no “fish”, but “birds”"):
        await shown(it, invoked("knowledge remove", by=BOSS, name="fish"))
    text, _ = await shown(it, invoked("knowledge remove", by=BOSS, name="birds"))
    assert text == "This channel has forgotten **birds**."
    assert (await listed(it)).startswith("This channel knows nothing yet.")
    await shown(it, it.asked("The heron?"))
    assert question(it) == "The heron?"


async def test_nothing_given_is_refused(it):
    with pytest.raises(Refused, match="a file or a text"):
        await shown(it, add())


async def test_without_vectors_it_is_found_by_its_words_and_says_so(it):
    it.openai.faults.append(Fault(400))
    text, _ = await shown(it, add(text="The heron is blue.", name="birds"))
    assert "by its words alone for now" in text
    await shown(it, it.asked("The heron?"))
    assert "blue" in question(it)
    await chore(it).work()


def test_a_file_that_comes_with_the_typed_words_is_taken(it):
    message = Message(id="m", place=ELSEWHERE, author=BOSS, at=1.0, text="knowledge add",
                      source="1", attachments=(Attachment("r", "a.pdf"),))  # fmt: skip
    typed = it.services.commands.typed(message)
    assert (typed.command, typed.values["file"].name) == ("knowledge add", "a.pdf")


def test_only_admins_change_what_a_channel_knows(it):
    commands = it.services.commands
    assert commands["knowledge add"].access == commands["knowledge remove"].access == "admin"
    assert commands["knowledge list"].access == "everyone"
