"""Chat: an answer in the thread, which remembers. Ask, Stop, Regenerate and Continue."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from bot.commands import Command, Handler, Option, Trigger
from bot.conversation import attachments
from bot.conversation.context import Context
from bot.errors import Refused
from bot.events import Invocation, Message
from bot.events import Turn as Asked
from bot.openai import tokens
from bot.openai.chat import ChatChunk, ChatMessage, ChatRequest
from bot.openai.chat_parts import PicturePart
from bot.openai.errors import OpenAIError
from bot.parts import RECEIPT, Button, Buttons, Delta, Notice, Part, Reply, Status, Text, Withdraw
from bot.pictures.shared import Shared
from bot.ports import PARLEY
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.memory import Turn
from bot.transcribing.showing import below

log = logging.getLogger(__name__)

HISTORY = 200  # turns read from memory; what does not fit the model's window is left out
STOP = Button("Stop", "stop")
REGENERATE = Button("Regenerate", "regenerate")
CONTINUE = Button("Continue", "continue")
GO_ON = "Continue your last message exactly where it ends. Do not repeat any of it."
HELLO = "Hello! Ask me anything, or type `/help` to see what else I can do."

ENDINGS = {  # finish reasons of the API, and ours; those that need no word are not here
    "length": "_The answer reached its length limit. **Continue** goes on._",
    "content_filter": "_The provider's content filter ended this answer._",
    "person": "_Stopped._",
    "shutdown": "_Parley was restarted while it wrote this. **Continue** goes on._",
}
UNFINISHED = {"length", "person", "shutdown", "cut"}


def setup(services: Services) -> Iterable[Command | Trigger]:
    chat = Chat(services)
    yield Trigger("hello", _says_nothing, _hello)
    yield Trigger("chat", _is_written, chat.reply(chat.asked), "resume")
    yield Command(
        "ask",
        "Ask the model, about a message where you choose it there",
        chat.reply(chat.asked),
        options=(Option("question", "What you want to know", required=True, long=True),),
        shortcut="Ask Parley",
        checked=True,
        on_crash="resume",
    )
    for name, help_, prepare in (
        ("regenerate", "Answer anew, in the same message", chat.asked_again),
        ("continue", "Go on writing in the same message", chat.told_to_go_on),
    ):
        handler = below(services.works, chat.reply(prepare))
        yield Command(name, help_, handler, button=True, on_crash="resume", checked=True)


def _says_nothing(message: Message) -> bool:
    return not (message.text.strip() or message.attachments)


def _is_written(message: Message) -> bool:
    """What is spoken is written down first, by another handler."""
    return message.addressed and not any(file.sounds for file in message.attachments)


async def _hello(_run: Run) -> Reply:
    yield Text(HELLO)


@dataclass
class Prompt:
    messages: list[ChatMessage]
    question: str = ""  # as the thread will remember it
    before: str = ""  # what of the answer is written already
    notices: Sequence[str] = ()


@dataclass
class Draft:
    """An answer as it is written."""

    pieces: list[str] = field(default_factory=list)
    ending: str = "cut"  # until a finish reason comes
    word: str = ""  # what to say of the ending, where ENDINGS has nothing

    def hear(self, chunk: ChatChunk) -> None:
        self.pieces.append(chunk.text)
        self.ending = chunk.finish_reason or self.ending

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Chat:
    def __init__(self, services: Services) -> None:
        self._openai = services.openai
        self._memory = services.memory
        self._model = services.catalogue.model(services.chat_model)
        self._limit = services.settings.answer_tokens
        self._context = Context(self._model, services.settings.system_prompt, self._limit)
        self._pictures = Shared(services.preferences, services.works, self._model)

    async def asked(self, run: Run) -> Prompt:
        """With what the thread remembers, or what was said in it before Parley was called."""
        question, notices = await self._question(run)
        turns = await self._memory.recent(run.event.place, HISTORY, before=run.answers)
        if not turns and run.event.place.thread not in {"", run.event.source}:
            turns, missed = await self._heard(run)
            notices += missed
        pictures = await self._pictures.of(run.event.place)
        messages = self._messages(run, turns, question, pictures)
        return Prompt(messages, question, notices=notices)

    async def _question(self, run: Run) -> tuple[str, list[str]]:
        """What is asked, with the text of the files that came with it; and what to say of those
        that are not read.
        """
        event = run.event
        on = event.on if isinstance(event, Invocation) else None
        message = event if isinstance(event, Message) else on
        texts, notices = await attachments.read(run, message.attachments if message else ())
        question = _join(on.text if on else "", texts, _words(event))
        if not question:
            raise Refused(" ".join(notices))
        return question, notices

    async def _heard(self, run: Run) -> tuple[list[Turn], list[str]]:
        try:
            said = await run.history()
        except Refused as refusal:
            return [], [refusal.sentence]
        return [self._overheard(message) for message in said if message.text.strip()], []

    def _overheard(self, message: Message) -> Turn:
        if message.author == PARLEY:
            return Turn("assistant", message.text, self._tokens(message.text), "")
        text = f"{message.author.name or 'Somebody'}: {message.text}"
        return Turn("user", text, self._tokens(text), "")

    async def asked_again(self, run: Run) -> Prompt:
        """Regenerate: the same question, with what the thread knew then."""
        question, _ = await self._recall(run)
        turns = await self._memory.recent(run.event.place, HISTORY, before=run.answers)
        pictures = await self._pictures.of(run.event.place)
        messages = self._messages(run, turns, question.text, pictures)
        return Prompt(messages, question.text)

    async def told_to_go_on(self, run: Run) -> Prompt:
        """Continue: more of the same answer."""
        question, answer = await self._recall(run)
        turns = await self._memory.recent(run.event.place, HISTORY, before=run.answers)
        messages = self._messages(run, [*turns, question, answer], GO_ON)
        return Prompt(messages, question.text, answer.text)

    def _messages(
        self, run: Run, turns: Sequence[Turn], question: str, pictures: Sequence[PicturePart] = ()
    ) -> list[ChatMessage]:
        messages = self._context.messages(turns, question, pictures)
        left = len(turns) - (len(messages) - 2)  # the system prompt and the question are no turns
        run.noted.used = {"turns": sum(turn.tokens for turn in turns[left:])}
        run.noted.left_out = {"turns": left}
        return messages

    async def _recall(self, run: Run) -> tuple[Turn, Turn]:
        question, answer = await self._memory.of(run.answers)
        if not question or not answer:
            raise Refused("Parley no longer remembers this answer. Please ask again.")
        return question, answer

    def reply(self, prepare: Callable[[Run], Awaitable[Prompt]]) -> Handler:
        async def reply(run: Run) -> Reply:
            draft = Draft([run.shown], "shutdown")
            question = _words(run.event)
            if run.shown:  # killed while writing: people keep what they have read
                yield Text(run.shown)
            else:
                prompt = await prepare(run)
                run.check(prompt.question)
                for number, notice in enumerate(prompt.notices):
                    yield Notice(notice, key=f"unread {number}")
                draft, question = Draft([prompt.before]), prompt.question
                async with aclosing(self._write(run, prompt, draft)) as parts:
                    async for part in parts:
                        yield part
            if run.stopped == "deleted":
                yield Withdraw()
                return
            await self._keep(run, question, draft.text)
            for part in _last_words(draft):
                yield part

        return reply

    async def _write(self, run: Run, prompt: Prompt, draft: Draft) -> Reply:
        yield Status("Thinking…")
        yield Buttons((STOP,))
        if prompt.before:
            yield Text(prompt.before)
        try:
            async with aclosing(self._call(run, prompt.messages)) as chunks:
                async for chunk in chunks:
                    draft.hear(chunk)
                    yield Delta(chunk.text)
        except asyncio.CancelledError:
            if not run.stopped or (run.stopped == "shutdown" and not draft.text):
                raise
            draft.ending = run.stopped
        except OpenAIError as error:
            if not draft.text:
                await self._keep(run, prompt.question, "")
                raise
            log.warning("%s broke off: %s", run.id, error)
            draft.ending, draft.word = "cut", f"_{error.sentence}_"

    def _call(self, run: Run, messages: list[ChatMessage]) -> AsyncGenerator[ChatChunk, None]:
        request = ChatRequest(
            model=self._model.id, messages=messages, max_output_tokens=self._limit
        )
        return self._openai.charged_to(Payer.of(run)).chat(request)

    async def _keep(self, run: Run, question: str, answer: str) -> None:
        """The thread remembers the question, and the answer as far as there is one."""
        await run.cleared()
        if isinstance(run.event, Invocation) and run.event.by == "button":
            await self._memory.rewrite(run.answers, answer, self._tokens(answer))
            return
        turns = [self._turn(run, "user", question)]
        if answer:
            turns.append(self._turn(run, "assistant", answer))
        await self._memory.remember(run.event.place, turns)

    def _turn(self, run: Run, role: Literal["user", "assistant"], text: str) -> Turn:
        return Turn(
            role=role, text=text, tokens=self._tokens(text), delivery=run.answers, at=run.event.at,
            author=run.event.author.id if role == "user" else "",
        )  # fmt: skip

    def _tokens(self, text: str) -> int:
        return tokens.count(self._model, text)


def _words(event: Asked) -> str:
    """What the person wrote."""
    if isinstance(event, Invocation):
        return str(event.values.get("question", "")).strip()
    return event.text.strip() if isinstance(event, Message) else ""


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _last_words(draft: Draft) -> Iterable[Part]:
    if not draft.text:
        yield Text("_The model gave an empty answer._")
    elif word := draft.word or ENDINGS.get(draft.ending, ""):
        yield Text(word, key="note")
    buttons = (REGENERATE, CONTINUE) if draft.ending in UNFINISHED else (REGENERATE,)
    yield Buttons((*buttons, RECEIPT), feedback=bool(draft.text))
