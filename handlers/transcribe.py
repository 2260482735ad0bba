"""Voice notes and recordings, written down; what is said to Parley in one is answered too."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import msgspec

from bot.commands import Choice, Command, Option, Trigger, Typing
from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation, Message, Value
from bot.openai import tokens
from bot.openai.catalogue import Catalogue
from bot.parts import Part, Reply
from bot.run import Run
from bot.services import Services
from bot.speaking import Speaker
from bot.storage.memory import Turn
from bot.transcribing.interruptible import interruptible
from bot.transcribing.languages import LANGUAGES, code
from bot.transcribing.recordings import Recordings
from bot.transcribing.showing import buttons, rest, shown
from bot.transcribing.wishes import Wish
from bot.transcribing.writing import write_down, written
from handlers.chat import Chat

FORMATS = ("text", "json", "verbose", "srt", "vtt")
SHOWN = 25  # suggestions (Discord's limit)


def setup(services: Services) -> Iterable[Command | Trigger]:
    desk = Transcriber(services)
    yield Trigger("voice", _sounds, interruptible(desk.note), "resume")
    options = _options(services.catalogue)
    yield Command(
        "transcribe",
        "Write down what is said in a recording or a video",
        interruptible(desk.command),
        (Option("file", "The recording", Attachment, required=True), *options),
        checked=True,
        before="transcribe_message",
    )
    yield Command(
        "transcribe_message",
        "Write down what is said in the recordings of a message",
        interruptible(desk.command),
        options,
        button=True,
        shortcut="Transcribe",
        checked=True,
    )


def _options(catalogue: Catalogue) -> tuple[Option, ...]:
    return (
        Option("format", "What to get; all but text comes as a file", choices=FORMATS),
        Option("language", "What is spoken; found out if you do not say", suggest=_languages),
        Option("prompt", "Names and words that come up in it", long=True),
        Option("temperature", "0 is as usual; more guesses freely", float, minimum=0, maximum=1),
        Option("translate", "Into English", bool),
        Option("speakers", "Say who speaks", bool),
        Option("model", "Which model listens", suggest=partial(_models, catalogue)),
    )


def _sounds(message: Message) -> bool:
    return any(file.sounds for file in message.attachments)


class Transcriber:
    def __init__(self, services: Services) -> None:
        self._services = services
        chat = Chat(services)
        self._answer = chat.reply(chat.prompts.asked)
        self._chat_model = services.catalogue.model(services.chat_model)
        self._speaker = Speaker(services)

    async def note(self, run: Run) -> Reply:
        """A message with sound. What was spoken to Parley, or has a question with it, is answered
        as if it were typed.
        """
        message = run.event
        if not isinstance(message, Message):
            raise TypeError("a note is a message")
        files = [file for file in message.attachments if file.sounds]
        async with aclosing(write_down(self._services, run, files, Wish())) as progress:
            async for part in progress:
                yield part
        recordings = await written(self._services, run.answers)
        asks = message.addressed and not run.stopped and _asks(message, recordings)
        above = tuple(shown(recordings, run.largest, quoted=asks))
        for part in above:
            yield part
        if asks:
            async with aclosing(self._answered(run, message, recordings, above)) as answer:
                async for part in answer:
                    yield part
            return
        yield buttons(recordings)
        if message.addressed:
            await self._remember(run, _typed(message, recordings))

    async def _answered(
        self, run: Run, message: Message, recordings: Recordings, above: Sequence[Part]
    ) -> Reply:
        others = tuple(file for file in message.attachments if not file.sounds)
        text = _typed(message, recordings)
        run.event = msgspec.structs.replace(message, text=text, attachments=others)
        run.check(text)
        run.shown = rest(run.shown, above)
        answer = self._answer(run)
        try:
            spoken = self._speaker.too(run, answer) if recordings.spoken else answer
            async with aclosing(spoken) as parts:
                async for part in parts:
                    yield part
        except ParleyError:
            yield buttons(recordings)
            raise

    async def _remember(self, run: Run, text: str) -> None:
        run.check(text)
        await run.cleared()
        turn = Turn("user", text, tokens.count(self._chat_model, text), run.answers,
                    run.event.author.id, run.event.at)  # fmt: skip
        await self._services.memory.remember(run.event.place, [turn])

    async def command(self, run: Run) -> Reply:
        event = run.event
        if not isinstance(event, Invocation):
            raise TypeError("transcribe is a command")
        files, wish = await _files(run, event), _wish(event.values)
        async with aclosing(write_down(self._services, run, files, wish)) as progress:
            async for part in progress:
                yield part
        recordings = await written(self._services, run.answers)
        for part in shown(recordings, run.largest):
            yield part
        yield buttons(recordings)


def _asks(message: Message, recordings: Recordings) -> bool:
    spoken = any(one.file.spoken and one.text for one in recordings.all)
    return bool(message.text.strip()) or spoken


def _typed(message: Message, recordings: Recordings) -> str:
    """Both as one question. What was not spoken to Parley has its name before it."""
    said = [
        one.text if one.file.spoken else f"The recording “{one.file.name}” says:\n\n{one.text}"
        for one in recordings.all
    ]
    return "\n\n".join(text for text in (*said, message.text.strip()) if text)


async def _files(run: Run, event: Invocation) -> Sequence[Attachment]:
    """Raises Refused."""
    if isinstance(file := event.values.get("file"), Attachment):
        return [file]
    if event.by == "mention" and not event.on:
        return await _last(run)
    files = event.on.attachments if event.on else ()
    if not files:
        raise Refused("There is no recording in this message.")
    return [file for file in files if file.sounds] or files


async def _last(run: Run) -> Sequence[Attachment]:
    """The recordings that were posted last in this thread. Raises Refused."""
    for message in reversed(await run.history()):
        if files := [file for file in message.attachments if file.sounds]:
            return files
    raise Refused(
        "Which recording? Send it with `/transcribe`, write that in the thread of a message that "
        "has one, or choose *Transcribe* in the message's own menu."
    )


def _wish(values: Mapping[str, Value]) -> Wish:
    wanted = {name: value for name, value in values.items() if name != "file" and value != ""}
    if "language" in wanted:
        wanted["language"] = code(str(wanted["language"]))
    return msgspec.convert(wanted, Wish)


async def _languages(typing: Typing) -> Sequence[Choice]:
    typed = typing.text.strip().lower()
    found = [
        Choice(name, code) for code, name in LANGUAGES.items()
        if name.lower().startswith(typed) or code == typed
    ]  # fmt: skip
    return found[:SHOWN]


async def _models(catalogue: Catalogue, typing: Typing) -> Sequence[Choice]:
    names = dict.fromkeys(
        (*catalogue.serving("audio/transcriptions"), *catalogue.serving("audio/translations"))
    )
    return [Choice(name, name) for name in names if typing.text.lower() in name.lower()][:SHOWN]
