"""What a question brings along: the message it is about, files, what was said before."""

import msgspec
import pytest

from bot.errors import Refused
from bot.events import Attachment, Author, Invocation, Message, Place
from bot.parts import Delta, Notice, Withdraw
from bot.ports import PARLEY
from bot.run import Run
from tests.handlers.desk import ADA, PLACE, desk

BOB = Author("slack:T1:BOB", "Bob")
CSV = Attachment("r1", "people.csv", "text/csv")


def message(text, *, author=BOB, files=()):
    return Message(
        id="slack:m", place=PLACE, author=author, at=1.0, text=text, source="1.1",
        attachments=tuple(files),
    )  # fmt: skip


def opened(contents):
    async def open_(attachment):
        for start in range(0, len(contents[attachment.name]), 7):
            yield contents[attachment.name][start : start + 7]

    return open_


async def parts(it, run):
    return [part async for part in it.reply(run)]


def asked(question, *, on=None, place=PLACE):
    return Run(
        Invocation(id="i", place=place, author=ADA, at=1.0, command="ask", by="form", on=on,
                   values={"question": question}),
        "ask1",
    )  # fmt: skip


async def test_a_question_about_a_message_holds_both(tmp_path):
    async with desk(tmp_path) as it:
        await it.screen(asked("When is it?", on=message("The meeting is at ten.")))
        assert it.prompt() == [("user", "The meeting is at ten.\n\nWhen is it?")]


async def test_regenerate_under_an_answer_to_ask_asks_the_same(tmp_path):
    async with desk(tmp_path) as it:
        await it.screen(asked("When is it?", on=message("The meeting is at ten.")))
        await it.screen(it.pressed("regenerate", "ask1"))
        assert it.prompt() == [("user", "The meeting is at ten.\n\nWhen is it?")]


async def test_a_text_file_is_quoted_in_a_fence_that_it_cannot_end(tmp_path):
    async with desk(tmp_path) as it:
        run = it.asked("What is it?")
        run.event = msgspec.structs.replace(run.event, attachments=(Attachment("r", "a.md"),))
        run.open = opened({"a.md": b"```\ncode\n```\n"})
        await it.screen(run)
        ((_, question),) = it.prompt()
        assert question == "The file “a.md”:\n````\n```\ncode\n```\n````\n\nWhat is it?"


async def test_a_file_alone_is_a_question_too(tmp_path):
    async with desk(tmp_path) as it:
        run = it.asked("")
        run.event = msgspec.structs.replace(run.event, attachments=(CSV,))
        run.open = opened({"people.csv": b"\xef\xbb\xbfname\nAda\n"})
        await it.screen(run)
        assert it.prompt() == [("user", "The file “people.csv”:\n```\nname\nAda\n```")]


@pytest.mark.parametrize(
    ("attachment", "content", "told"),
    [
        (Attachment("r", "fox.png", "image/png"), b"", "“fox.png” is empty"),
        (
            Attachment("r", "fox.png", "image/png"),
            b"\x89PNG\r\n\x1a\n..",
            "is a picture that is broken",
        ),
        (Attachment("r", "fox.bin"), b"\0\1", "“fox.bin” is nothing that Parley can read"),
        (Attachment("r", "a.pdf"), b"%PDF-1.7", "“a.pdf” is broken"),
        (Attachment("r", "long.log", size=50_000_000), b"x", "is larger than the 25 MB"),
    ],
)
async def test_a_file_that_is_not_read_is_named_and_the_words_are_answered(
    tmp_path, attachment, content, told
):
    async with desk(tmp_path) as it:
        run = it.asked("What is it?")
        run.event = msgspec.structs.replace(run.event, attachments=(attachment,))
        run.open = opened({attachment.name: content})
        said = await parts(it, run)
        (notice,) = [part for part in said if isinstance(part, Notice)]
        assert told in notice.text
        assert it.prompt() == [("user", "What is it?")]


async def test_where_nothing_can_be_read_and_nothing_is_said_the_model_is_not_asked(tmp_path):
    async with desk(tmp_path) as it:
        run = it.asked("")
        run.event = msgspec.structs.replace(
            run.event, attachments=(Attachment("r", "fox.png", "image/png"),)
        )
        with pytest.raises(Refused, match=r"“fox\.png” cannot be opened here"):
            await it.screen(run)
        assert it.openai.calls == []


def history(*said):
    async def read():
        return said

    return read


async def test_called_into_a_thread_parley_knows_what_was_said_by_whom(tmp_path):
    async with desk(tmp_path) as it:
        run = it.asked("Who is right?", place=Place("slack", "T1", "C1", "0.5"))
        run.history = history(
            message("It is red."), message("  "), message("It is white.", author=PARLEY)
        )
        await it.screen(run)
        assert it.prompt() == [
            ("user", "Bob: It is red."),
            ("assistant", "It is white."),
            ("user", "Who is right?"),
        ]


async def test_what_parley_remembers_is_not_read_again(tmp_path):
    async def never():
        raise AssertionError

    async with desk(tmp_path) as it:
        place = Place("slack", "T1", "C1", "0.5")
        await it.screen(it.asked("first", place=place))
        run = it.asked("second", place=place)
        run.history = never
        await it.screen(run)
        assert it.prompt()[0] == ("user", "first")


async def test_where_the_thread_may_not_be_read_the_answer_comes_with_a_sentence(tmp_path):
    async def refused():
        raise Refused("Parley needs the scope channels:history to read this thread.")

    async with desk(tmp_path) as it:
        run = it.asked("Who is right?", place=Place("slack", "T1", "C1", "0.5"))
        run.history = refused
        said = await parts(it, run)
        assert [p.text for p in said if isinstance(p, Notice)] == [
            "Parley needs the scope channels:history to read this thread."
        ]
        assert any(isinstance(part, Delta) for part in said)


async def test_an_edited_question_replaces_the_old_one_and_its_answer_in_memory(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["old", "later", "new", "end"])
        run = it.asked("helo")
        await it.screen(run)
        await it.say("Another thing")
        again = it.asked("hello")
        again.event = msgspec.structs.replace(again.event, of=run.id)
        await it.screen(again)
        assert it.prompt() == [("user", "hello")]
        await it.say("And?")
        assert it.prompt()[:2] == [("user", "hello"), ("assistant", "new")]


async def test_a_question_that_is_deleted_meanwhile_is_not_remembered(tmp_path):
    async with desk(tmp_path) as it:
        run = it.asked("secret")
        said = []
        async for part in it.reply(run):
            said.append(part)
            run.stopped = "deleted"
        assert said[-1] == Withdraw()
        await it.say("And?")
        assert it.prompt() == [("user", "And?")]


async def test_feedback_is_kept_a_persons_last_word_and_thanked_for(tmp_path):
    async with desk(tmp_path) as it:
        for name in ("good", "bad"):
            screen = await it.screen(it.pressed(name, "d1"))
            assert screen.text.startswith("Thank you, noted.")
        rows = await it.storage.database.read(
            lambda db: db.execute("SELECT delivery, author, good FROM feedback").fetchall()
        )
        assert rows == [("d1", ADA.id, 0)]


async def test_the_home_says_what_parley_can_do_and_what_one_used(tmp_path):
    async with desk(tmp_path) as it:
        await it.say("hello")
        screen = await it.screen(it.pressed("home", ""))
        assert "`/help`" in screen.text
        assert "**Today**" in screen.text
        assert it.services.commands["home"].private
