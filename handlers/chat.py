"""Chat: an answer in the thread, which remembers. Stop, Regenerate and Continue."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from bot.commands import Command, Handler, Trigger
from bot.conversation.context import Context
from bot.errors import Refused
from bot.events import Message
from bot.openai import tokens
from bot.openai.chat import ChatChunk, ChatMessage, ChatRequest
from bot.openai.errors import OpenAIError
from bot.parts import Button, Buttons, Delta, Part, Reply, Status, Text
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.memory import Turn

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
    yield Trigger("hello", lambda message: not message.text.strip(), _hello)
    yield Trigger("chat", lambda message: message.addressed, chat.reply(chat.asked), "resume")
    for name, help_, prepare in (
        ("regenerate", "Answer anew, in the same message", chat.asked_again),
        ("continue", "Go on writing in the same message", chat.told_to_go_on),
    ):
        yield Command(name, help_, chat.reply(prepare), button=True, on_crash="resume")


async def _hello(_run: Run) -> Reply:
    yield Text(HELLO)


@dataclass
class Prompt:
    messages: list[ChatMessage]
    before: str = ""  # what of the answer is written already


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

    async def asked(self, run: Run) -> Prompt:
        """A Message: with what the thread remembers."""
        turns = await self._memory.recent(run.event.place, HISTORY)
        return Prompt(self._context.messages(turns, _question(run)))

    async def asked_again(self, run: Run) -> Prompt:
        """Regenerate: the same question, with what the thread knew then."""
        question, _ = await self._recall(run)
        turns = await self._memory.recent(run.event.place, HISTORY, before=run.answers)
        return Prompt(self._context.messages(turns, question.text))

    async def told_to_go_on(self, run: Run) -> Prompt:
        """Continue: more of the same answer."""
        question, answer = await self._recall(run)
        turns = await self._memory.recent(run.event.place, HISTORY, before=run.answers)
        messages = self._context.messages([*turns, question, answer], GO_ON)
        return Prompt(messages, before=answer.text)

    async def _recall(self, run: Run) -> tuple[Turn, Turn]:
        question, answer = await self._memory.of(run.answers)
        if not question or not answer:
            raise Refused("Parley no longer remembers this answer. Please ask again.")
        return question, answer

    def reply(self, prepare: Callable[[Run], Awaitable[Prompt]]) -> Handler:
        async def reply(run: Run) -> Reply:
            draft = Draft([run.shown], "shutdown")
            if run.shown:  # killed while writing: people keep what they have read
                yield Text(run.shown)
            else:
                prompt = await prepare(run)
                draft = Draft([prompt.before])
                async with aclosing(self._write(run, prompt, draft)) as parts:
                    async for part in parts:
                        yield part
            await self._keep(run, draft.text)
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
                await self._keep(run, "")
                raise
            log.warning("%s broke off: %s", run.id, error)
            draft.ending, draft.word = "cut", f"_{error.sentence}_"

    def _call(self, run: Run, messages: list[ChatMessage]) -> AsyncGenerator[ChatChunk, None]:
        event = run.event
        payer = Payer(author=event.author.id, workspace=event.place.payer, delivery=run.id)
        request = ChatRequest(
            model=self._model.id, messages=messages, max_output_tokens=self._limit
        )
        return self._openai.charged_to(payer).chat(request)

    async def _keep(self, run: Run, answer: str) -> None:
        """The thread remembers the question, and the answer as far as there is one."""
        if run.answers != run.id:
            await self._memory.rewrite(run.answers, answer, self._tokens(answer))
            return
        turns = [self._turn(run, "user", _question(run))]
        if answer:
            turns.append(self._turn(run, "assistant", answer))
        await self._memory.remember(run.event.place, turns)

    def _turn(self, run: Run, role: Literal["user", "assistant"], text: str) -> Turn:
        return Turn(
            role=role, text=text, tokens=self._tokens(text), delivery=run.id, at=run.event.at,
            author=run.event.author.id if role == "user" else "",
        )  # fmt: skip

    def _tokens(self, text: str) -> int:
        return tokens.count(self._model, text)


def _question(run: Run) -> str:
    return run.event.text.strip() if isinstance(run.event, Message) else ""


def _last_words(draft: Draft) -> Iterable[Part]:
    if not draft.text:
        yield Text("_The model gave an empty answer._")
    elif word := draft.word or ENDINGS.get(draft.ending, ""):
        yield Text(word, key="note")
    yield Buttons((REGENERATE, CONTINUE) if draft.ending in UNFINISHED else (REGENERATE,))
