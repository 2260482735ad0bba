"""Chat: an answer in the thread, which remembers. Ask, Stop, Regenerate and Continue."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Literal

from bot.acting import pending
from bot.acting.acting import Acting, told
from bot.acting.talk import Talk
from bot.chores import Chore
from bot.commands import Command, Handler, Option, Trigger
from bot.conversation.attachments import Attachments
from bot.conversation.drafts import (
    FENCE,
    REGENERATE,
    Draft,
    candidates,
    last_words,
)
from bot.conversation.parameters import MOST_ANSWERS
from bot.conversation.prompts import Prompt, Prompts, words
from bot.conversation.summing import Summing
from bot.errors import Refused
from bot.events import Invocation, Message
from bot.openai import tokens
from bot.openai.chat import ChatChunk, ChatRequest
from bot.openai.chat_tools import ToolCalls
from bot.openai.errors import OpenAIError
from bot.parts import (
    RECEIPT,
    Button,
    Buttons,
    Delta,
    Notice,
    Part,
    Remove,
    Reply,
    Status,
    Text,
    Withdraw,
)
from bot.recall.recalling import Recalling
from bot.recall.searching import Searching
from bot.run import Run
from bot.services import Services
from bot.speaking import Speaker
from bot.spending.payer import Payer
from bot.storage.memory import Turn
from bot.transcribing.showing import below

log = logging.getLogger(__name__)

BREAK = "\n\n"  # between what was said before something was done, and after it
STOP = Button("Stop", "stop")
HELLO = "Hello! Ask me anything, or type `/help` to see what else I can do."


def setup(services: Services) -> Iterable[Command | Trigger | Chore]:
    chat, speaker = Chat(services), Speaker(services)
    yield chat.summing.chore
    yield Trigger("hello", _says_nothing, _hello)
    yield Trigger("chat", _is_written, chat.reply(chat.prompts.asked), "resume")
    yield Command(
        "ask",
        "Ask the model, about a message where you choose it there",
        chat.reply(chat.prompts.asked),
        options=(Option("question", "What you want to know", required=True, long=True),),
        shortcut="Ask Parley",
        checked=True,
        on_crash="resume",
    )
    for name, help_, prepare in (
        ("regenerate", "Answer anew, in the same message", chat.prompts.asked_again),
        ("continue", "Go on writing in the same message", chat.prompts.told_to_go_on),
    ):
        handler = below(services.works, speaker, chat.reply(prepare))
        yield Command(name, help_, handler, button=True, on_crash="resume", checked=True)
    yes, no = partial(chat.decided, "yes"), partial(chat.decided, "no")
    for name, help_, decided in (
        ("approve_tool", "Let the model do what it asks for", yes),
        ("refuse_tool", "Have the model go on without it", no),
    ):
        handler = below(services.works, speaker, decided)
        yield Command(name, help_, handler, button=True, checked=True)
    for number in range(1, MOST_ANSWERS + 1):
        handler = below(services.works, speaker, partial(chat.take, number))
        yield Command(f"take_{number}", f"Take answer {number}", handler, button=True)


def _says_nothing(message: Message) -> bool:
    return not (message.text.strip() or message.attachments)


def _is_written(message: Message) -> bool:
    """What is spoken is written down first, by another handler."""
    return message.addressed and not any(file.sounds for file in message.attachments)


async def _hello(_run: Run) -> Reply:
    yield Text(HELLO)


class Chat:
    def __init__(self, services: Services) -> None:
        searching = Searching(services)
        attachments = Attachments(services, searching.embedding)
        self.prompts = Prompts(services, attachments, Recalling(services, searching))
        self._openai = services.openai
        self._memory = services.memory
        self._usual = services.catalogue.model(services.chat_model)
        self.summing = Summing(services)
        self._acting = Acting(services)
        self._works = services.works

    def reply(self, prepare: Callable[[Run], Awaitable[Prompt]]) -> Handler:
        async def reply(run: Run) -> Reply:
            answer = self._interrupted(run) if run.shown else self._ask(run, prepare)
            async with aclosing(answer) as parts:
                async for part in parts:
                    yield part

        return reply

    async def _interrupted(self, run: Run) -> Reply:
        """Killed while people read: they keep what they have read."""
        if texts := await self._memory.offered(run.answers):
            for part in candidates(texts):
                yield part
            return
        yield Text(run.shown)
        await self._keep(run, words(run.event), run.shown)
        for part in last_words(Draft([run.shown], "shutdown")):
            yield part

    async def decided(self, answer: Literal["yes", "no"], run: Run) -> Reply:
        """The person said whether the model may; the answer goes on from there."""
        talk, before = await pending.decided(self._works, run, answer)
        prompt = await self.prompts.asked_again(run)
        prompt.before = before
        async with aclosing(self._answer(run, prompt, talk)) as parts:
            async for part in parts:
                yield part

    async def _ask(self, run: Run, prepare: Callable[[Run], Awaitable[Prompt]]) -> Reply:
        prompt = await prepare(run)
        if run.event.of:
            await pending.forget(self._works, run)
        async with aclosing(self._answer(run, prompt, Talk())) as parts:
            async for part in parts:
                yield part

    async def _answer(self, run: Run, prompt: Prompt, talk: Talk) -> Reply:
        run.check(prompt.question)
        run.noted.used, run.noted.left_out = prompt.built.used, prompt.built.left_out
        draft = Draft([prompt.before])
        for number, notice in enumerate(prompt.notices):
            yield Notice(notice, key=f"unread {number}")
        async with aclosing(self._write(run, prompt, draft, talk)) as parts:
            async for part in parts:
                yield part
        run.noted.facts = draft.facts
        if run.stopped == "deleted":
            yield Withdraw()
            return
        question = self._question(talk) if not run.stopped else ""
        if question:
            await pending.keep(self._works, run, talk, draft.text)
        await self._remember(run, prompt, draft, question)
        for part in _asking(question) if question else _end(prompt, draft):
            yield part

    def _question(self, talk: Talk) -> str:
        if not talk.asks:
            return ""
        what = told(*self._acting.tools.called(talk.calls[0]))
        return f"May I do this? `{what.replace('`', ' ')}`: {talk.asks.sentence}."

    async def _write(self, run: Run, prompt: Prompt, draft: Draft, talk: Talk) -> Reply:
        for part in (*_beginning(prompt), *talk.shown.values()):
            yield part
        try:
            async with aclosing(self._rounds(run, prompt, draft, talk)) as parts:
                async for part in parts:
                    yield part
        except asyncio.CancelledError:
            if not run.stopped or (run.stopped == "shutdown" and not draft.text):
                raise
            draft.ending = run.stopped
            for key in talk.under_way:
                yield Remove(key)
        except OpenAIError as error:
            if not draft.text:
                await self._keep(run, prompt.question, "")
                raise
            log.warning("%s broke off: %s", run.id, error)
            draft.ending, draft.word = "cut", f"_{error.sentence}_"

    async def _rounds(self, run: Run, prompt: Prompt, draft: Draft, talk: Talk) -> Reply:
        """The model answers, or calls for something; then it is asked again with what came of it,
        until it answers or somebody has to be asked first.
        """
        while True:
            async with aclosing(self._acting.act(run, talk)) as parts:
                async for part in parts:
                    yield part
            if talk.asks:
                return
            async with aclosing(self._round(run, prompt, draft, talk)) as parts:
                async for part in parts:
                    yield part
            if not talk.calls:
                return

    async def _round(self, run: Run, prompt: Prompt, draft: Draft, talk: Talk) -> Reply:
        calls, before = ToolCalls(), draft.text
        async with aclosing(self._call(run, talk.request(prompt.request))) as chunks:
            async for chunk in chunks:
                if talk.said and chunk.text and draft.text == before and before.strip():
                    draft.pieces.append(BREAK)
                    yield Delta(BREAK)
                    before += BREAK
                calls.hear(chunk.tool_calls)
                draft.hear(chunk)
                if not prompt.several:
                    yield Delta(chunk.text)
        talk.heard(draft.text[len(before) :], calls.calls)

    def _call(self, run: Run, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        return self._openai.charged_to(Payer.of(run)).chat(request)

    async def _remember(self, run: Run, prompt: Prompt, draft: Draft, question: str) -> None:
        """What was said, and that the thread is to be summed up where it became long."""
        await self._keep(run, prompt.question, draft.text or question)
        if len(draft.all) > 1:
            await self._memory.offer(run.answers, draft.all)
        payer = Payer.of(run)
        await self.summing.want(run.event.place, payer, prompt.built, stale=prompt.stale)

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
        return tokens.count(self._usual, text)

    async def take(self, number: int, run: Run) -> Reply:
        """One of several answers stays."""
        texts = await self._memory.offered(run.answers)
        if number > len(texts):
            raise Refused("This was chosen already. **Regenerate** asks anew.")
        text = texts[number - 1]
        yield Text(text)
        yield Buttons((REGENERATE, RECEIPT), feedback=True)
        await self._memory.rewrite(run.answers, text, self._tokens(text))


def _beginning(prompt: Prompt) -> Iterable[Part]:
    several = f"Writing {prompt.request.n} answers…"
    yield Status(several if prompt.several else "Thinking…")
    yield Buttons((STOP,))
    if prompt.before:
        yield Text(prompt.before)
    elif prompt.format and not prompt.several:
        yield Delta(FENCE)


def _asking(question: str) -> Iterable[Part]:
    return (Text(question, key="asks"), Buttons((pending.APPROVE, pending.REFUSE)))


def _end(prompt: Prompt, draft: Draft) -> Iterable[Part]:
    if len(draft.all) > 1:
        return candidates(draft.all)
    written = [Text(draft.text)] if prompt.several else []
    sources = [Text(prompt.sources, key="sources")] if prompt.sources and draft.text else []
    return (*written, *sources, *last_words(draft, prompt.format))
