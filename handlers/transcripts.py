"""The buttons under a transcript: summarise, ask, translate, subtitles."""

from collections.abc import Iterable
from contextlib import aclosing

import msgspec

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation
from bot.openai import tokens
from bot.parts import Delta, Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.memory import Turn
from bot.transcribing.interruptible import interruptible
from bot.transcribing.reading import Reader
from bot.transcribing.showing import buttons, facts, file, shown
from bot.transcribing.wishes import Wish
from bot.transcribing.writing import write_down, written

SUMMARY = (
    "Summarise it: what it is about in a sentence or two, then the points that matter, then what "
    "was decided and who does what, where there is such a thing."
)


def setup(services: Services) -> Iterable[Command]:
    desk = Transcripts(services)
    question = Option("question", "What you want to know about it", required=True, long=True)
    for name, help_, handler, options in (
        ("summarise", "Sum a transcript up", desk.summarise, ()),
        ("ask_recording", "Ask about a recording", desk.ask, (question,)),
        ("translate", "Translate a recording into English", interruptible(desk.translate), ()),
        ("subtitles", "A transcript as subtitles", interruptible(desk.subtitles), ()),
    ):
        yield Command(name, help_, handler, options, button=True, apart=True, checked=True)


class Transcripts:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._reader = Reader(services)
        self._chat_model = services.catalogue.model(services.chat_model)

    async def summarise(self, run: Run) -> Reply:
        recordings = await written(self._services, run.event.of)
        async with aclosing(self._reader.read(run, recordings.text, SUMMARY)) as parts:
            async for part in parts:
                yield part

    async def ask(self, run: Run) -> Reply:
        recordings = await written(self._services, run.event.of)
        event, pieces = run.event, list[str]()
        question = str(event.values["question"]) if isinstance(event, Invocation) else ""
        yield Text("> " + question.replace("\n", "\n> "), key="question")
        async with aclosing(self._reader.read(run, recordings.text, question)) as parts:
            async for part in parts:
                pieces += [part.text] if isinstance(part, Delta) else []
                yield part
        await run.cleared()
        await self._remember(run, question, "".join(pieces))

    async def _remember(self, run: Run, question: str, answer: str) -> None:
        """So that the thread goes on from there."""

        def size(text: str) -> int:
            return tokens.count(self._chat_model, text)

        asked = Turn("user", f"About the recording: {question}", size(question), run.answers,
                     run.event.author.id, run.event.at)  # fmt: skip
        answered = Turn("assistant", answer, size(answer), run.answers, at=run.event.at)
        turns = [asked, answered] if answer else [asked]
        await self._services.memory.remember(run.event.place, turns)

    async def translate(self, run: Run) -> Reply:
        old = await written(self._services, run.event.of)
        if all(one.english for one in old.all):
            raise Refused("It is in English already.")
        files = [one.file for one in old.all]
        wish = Wish(translate=True)
        async with aclosing(write_down(self._services, run, files, wish)) as progress:
            async for part in progress:
                yield part
        recordings = await written(self._services, run.answers)
        for part in shown(recordings, run.largest):
            yield part
        yield buttons(recordings)

    async def subtitles(self, run: Run) -> Reply:
        """Free where the times of the words are known; else the recording is listened to again."""
        recordings = await written(self._services, run.event.of)
        if not all(one.transcript.segments for one in recordings.all):
            files, wish = [one.file for one in recordings.all], recordings.all[0].wish
            timed = msgspec.structs.replace(wish, format="srt", model="")
            async with aclosing(write_down(self._services, run, files, timed)) as progress:
                async for part in progress:
                    yield part
            recordings = await written(self._services, run.answers)
            yield Text("\n\n".join(map(facts, recordings.all)))
        for number, one in enumerate(recordings.all):
            yield file(one, number, run.largest, "srt")
