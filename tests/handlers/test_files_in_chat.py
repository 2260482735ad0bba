"""Files that come with a question: read, searched where they are long, and found again later."""

import msgspec

from bot.events import Attachment, Place
from bot.parts import Notice
from bot.screen import Screen
from tests.documents.files import pdf, word
from tests.fakes.openai import Fault
from tests.fakes.openai_media import picture
from tests.handlers.desk import desk

ANSWER = "the purple heron nests at Lake Balaton"
LONG = pdf(*(ANSWER if n == 70 else f"page about badger number {n} " + "digging\n" * 60
             for n in range(1, 101)))  # fmt: skip


def with_files(run, **contents):
    """Keys are names, `_` for the dot."""
    files = {name.replace("_", "."): content for name, content in contents.items()}
    attachments = tuple(Attachment(name, name) for name in files)
    run.event = msgspec.structs.replace(run.event, attachments=attachments)

    async def open_(attachment):
        yield files[attachment.name]

    run.open = open_
    return run


async def shown(it, run):
    """(what people see, notices)."""
    screen, notices = Screen(), []
    async for part in it.reply(run):
        if isinstance(part, Notice):
            notices.append(part.text)
        else:
            screen.show(part)
    return screen.text, notices


def asked_last(it):
    return [call for call in it.openai.calls if call.path.endswith("completions")][-1].body


def question(it):
    return asked_last(it)["messages"][-1]["content"]


async def test_a_short_pdf_becomes_part_of_the_question(tmp_path):
    async with desk(tmp_path) as it:
        await shown(it, with_files(it.asked("What is red?"), a_pdf=pdf("The fox is red.")))
        assert question(it) == "The file “a.pdf”:\n```\nThe fox is red.\n```\n\nWhat is red?"


async def test_a_long_file_is_searched_and_the_answer_says_where(tmp_path):
    async with desk(tmp_path) as it:
        run = with_files(it.asked("Where does the heron nest?"), birds_pdf=LONG)
        text, _ = await shown(it, run)
        assert f"“birds.pdf”, page 70:\n> {ANSWER}" in question(it)
        assert len(question(it)) < 60_000
        assert "_Looked at: “birds.pdf”, page 70" in text


async def test_a_later_question_of_the_thread_finds_the_file_again_and_no_other_thread_does(
    tmp_path,
):
    async with desk(tmp_path) as it:
        await shown(it, with_files(it.asked("What is this?"), birds_pdf=LONG))
        await shown(it, it.asked("Where does the heron nest?"))
        assert ANSWER in question(it)
        await shown(it, it.asked("And the heron?", place=Place("slack", "T1", "C1", "2.2")))
        assert question(it) == "And the heron?"


async def test_what_no_word_finds_is_answered_from_the_beginning(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(400))
        await shown(it, with_files(it.asked("Zusammenfassen!"), birds_pdf=LONG))
        assert "page about badger number 1 " in question(it)


async def test_a_file_whose_vectors_cannot_be_had_is_found_by_its_words_until_they_can(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(400))
        run = with_files(it.asked("Where does the heron nest?"), birds_pdf=LONG)
        await shown(it, run)
        assert f"“birds.pdf”, page 70:\n> {ANSWER}" in question(it)
        assert await without_vectors(it) == 100
        await chore(it).work()
        assert await without_vectors(it) == 0


async def without_vectors(it):
    query = "SELECT count(*) FROM passages WHERE model = ''"
    ((number,),) = await it.storage.database.read(lambda db: db.execute(query).fetchall())
    return number


def chore(it):
    return next(chore for chore in it.services.chores if chore.name == "recall")


async def test_what_was_embedded_is_not_embedded_again(tmp_path):
    async with desk(tmp_path) as it:
        await shown(it, with_files(it.asked("What is this?"), birds_pdf=LONG))
        number = len(it.openai.calls)
        again = with_files(it.asked("What is this?", id_="d-again"), birds_pdf=LONG)
        await shown(it, again)
        assert len(it.openai.calls) == number + 1  # the chat


async def test_pictures_are_looked_at_now_and_by_later_questions(tmp_path):
    async with desk(tmp_path) as it:
        await shown(it, with_files(it.asked("What is it?"), fox_png=picture("fox")))
        text, seen = question(it)
        assert text["text"] == "(The picture “fox.png” is attached.)\n\nWhat is it?"
        assert seen["image_url"]["url"].startswith("data:image/webp;base64,")
        await shown(it, it.asked("And its colour?"))
        assert question(it)[1] == seen


async def test_a_model_that_sees_no_pictures_is_told_of_and_answers_the_words(tmp_path):
    async with desk(tmp_path, chat_model="gpt-3.5-turbo") as it:
        run = with_files(it.asked("What is it?"), fox_png=picture("fox"))
        _, notices = await shown(it, run)
        assert notices == ["gpt-3.5-turbo sees no pictures, so “fox.png” is not looked at."]
        assert question(it) == "(The picture “fox.png” is attached.)\n\nWhat is it?"


async def test_twenty_files_at_once_are_read_as_far_as_the_limit_goes(tmp_path):
    async with desk(tmp_path) as it:
        files = {f"a{n}_txt": f"text {n}".encode() for n in range(20)}
        _, notices = await shown(it, with_files(it.asked("What?"), **files))
        assert notices == ["Parley reads 10 files at once; 10 are left out."]
        assert "text 9" in question(it)
        assert "text 10" not in question(it)


async def test_word_is_read_whatever_its_name(tmp_path):
    async with desk(tmp_path) as it:
        await shown(it, with_files(it.asked("Hm?"), a_pdf=word("Two weeks of leave.")))
        assert "Two weeks of leave." in question(it)


async def test_an_edit_that_takes_the_file_away_takes_it_out_of_the_thread(tmp_path):
    async with desk(tmp_path) as it:
        run = with_files(it.asked("What is this?"), birds_pdf=LONG)
        await shown(it, run)
        edited = it.asked("Where does the heron nest?")
        edited.event = msgspec.structs.replace(edited.event, of=run.id)
        await shown(it, edited)
        assert question(it) == "Where does the heron nest?"
