"""From what was asked to what the model gets: by whom, where, and after what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.acting.tools import Tools, begun_with, cost
from bot.conversation import passages
from bot.conversation.attachments import Attachments, Read
from bot.conversation.cache_key import cache_key
from bot.conversation.chosen import Chooser, Manner
from bot.conversation.context import Built, Context, Material
from bot.errors import Refused
from bot.events import Invocation, Message
from bot.events import Turn as Asked
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat import ChatRequest
from bot.openai.chat_parts import PicturePart
from bot.pictures.shared import Shared
from bot.ports import PARLEY
from bot.run import Run
from bot.services import Services
from bot.storage.memory import Remembered, Turn

GO_ON = "Continue your last message exactly where it ends. Do not repeat any of it."


@dataclass
class Prompt:
    """One question as it goes to the model."""

    request: ChatRequest
    built: Built  # what the request's messages were made of
    manner: Manner  # what people chose for it
    question: str  # as the thread will remember it
    before: str = ""  # what of the answer is written already
    notices: Sequence[str] = ()
    sources: str = ""  # what was recalled for it, where something was
    stale: bool = False  # a summary is missing

    @property
    def format(self) -> Mapping[str, Any]:
        """Of the answer, where it is JSON."""
        return self.request.response_format or {}

    @property
    def several(self) -> bool:
        """There will be answers to choose from."""
        return (self.request.n or 1) > 1


class Prompts:
    """`recall` finds what was said or written elsewhere."""

    def __init__(
        self,
        services: Services,
        attachments: Attachments,
        recall: passages.Recall = passages.nothing,
    ) -> None:
        self._services = services
        self._memory = services.memory
        self._usual = services.catalogue.model(services.chat_model)
        self._chooser = Chooser(services)
        self._recall = recall
        self._tools = Tools(services)
        self._attachments = attachments

    async def asked(self, run: Run) -> Prompt:
        """With what the thread remembers, or what was said in it before Parley was called."""
        question, read = await self._question(run)
        notices = read.notices
        remembered = await self._memory.recall(run.event.place, before=run.answers)
        place, known = run.event.place, remembered.turns or remembered.anew
        if not known and place.thread not in {"", run.event.source}:
            turns, missed = await self._heard(run)
            remembered = Remembered(remembered.pins, turns=turns)
            notices += missed
        prompt = await self._prompt(run, question, remembered, notices)
        if read.pictures and not _sees(prompt.manner.model):
            names = ", ".join(f"“{name}”" for name in read.pictures)
            told = f"{prompt.manner.model.id} sees no pictures, so {names} is not looked at."
            prompt.notices = (*prompt.notices, told)
        return prompt

    async def asked_again(self, run: Run) -> Prompt:
        """Regenerate: the same question, with what the thread knew then."""
        question, _ = await self._said(run)
        remembered = await self._memory.recall(run.event.place, before=run.answers)
        return await self._prompt(run, question.text, remembered)

    async def told_to_go_on(self, run: Run) -> Prompt:
        """Continue: more of the same answer."""
        question, answer = await self._said(run)
        remembered = await self._memory.recall(run.event.place, before=run.answers)
        turns = [*remembered.turns, question, answer]
        return await self._prompt(
            run, question.text, Remembered(remembered.pins, remembered.summaries, turns), (), answer
        )

    async def _prompt(
        self,
        run: Run,
        question: str,
        remembered: Remembered,
        notices: Sequence[str] = (),
        answer: Turn | None = None,
    ) -> Prompt:
        """`answer`: the one to go on with."""
        manner = await self._chooser.manner(run.event.place, run.event.author)
        wanted = dict(manner.fields)
        most = wanted.setdefault("max_output_tokens", self._services.settings.answer_tokens)
        if answer:
            wanted.pop("n", None)
        chosen = manner.chosen.values.get("tools", "auto")
        offered = self._tools.offered(run.event.author, manner.model, wanted, chosen)
        if not answer:
            wanted["tool_choice"], untrue = _begun_with(chosen, offered)
            notices = (*notices, *untrue)
        beside = cost(manner.model, offered)
        context = Context(manner.model, most, self._services.settings.context_tokens, beside)
        recalled = await self._recalled(run, question, context, answer)
        built = context.build(
            Material(
                question=GO_ON if answer else question,
                instructions=manner.instructions,
                pins=remembered.pins,
                summaries=remembered.summaries,
                turns=remembered.turns,
                passages=recalled,
                pictures=await self._pictures(manner) if not answer else (),
            )
        )
        request = ChatRequest(
            model=manner.model.id, messages=built.messages,
            prompt_cache_key=cache_key(manner.model, run.event.place), tools=offered or None,
            **wanted,
        )  # fmt: skip
        before = answer.text if answer else ""
        told = (*notices, *manner.sentences)
        used = recalled[: len(recalled) - built.left_out["recalled"]]
        sources = passages.sources(used)
        return Prompt(request, built, manner, question, before, told, sources, remembered.stale)

    async def _recalled(
        self, run: Run, question: str, context: Context, answer: Turn | None
    ) -> Sequence[passages.Passage]:
        if answer:
            return ()
        return await self._recall(run, question, context.share("recalled"))

    async def _pictures(self, manner: Manner) -> Sequence[PicturePart]:
        shared = Shared(self._services.preferences, self._services.works, manner.model)
        return await shared.these(manner.chosen.elsewhere)

    async def _question(self, run: Run) -> tuple[str, Read]:
        """What is asked, with the text of the files that came with it."""
        event = run.event
        on = event.on if isinstance(event, Invocation) else None
        message = event if isinstance(event, Message) else on
        read = await self._attachments.read(run, message.attachments if message else ())
        question = _join(on.text if on else "", *read.texts, words(event))
        if not question:
            raise Refused(" ".join(read.notices))
        return question, read

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

    async def _said(self, run: Run) -> tuple[Turn, Turn]:
        question, answer = await self._memory.of(run.answers)
        if not question or not answer:
            raise Refused("Parley no longer remembers this answer. Please ask again.")
        return question, answer

    def _tokens(self, text: str) -> int:
        return tokens.count(self._usual, text)


def _begun_with(
    chosen: str, offered: tuple[dict[str, Any], ...]
) -> tuple[str | dict[str, Any] | None, Sequence[str]]:
    """A `tool_choice`, and a sentence where what was chosen does not hold."""
    try:
        return begun_with(chosen, offered), ()
    except Refused as refusal:
        return None, (refusal.sentence,)


def _sees(model: Model) -> bool:
    return "image_url" in model.choices.get("parts", ())


def words(event: Asked) -> str:
    """What the person wrote."""
    if isinstance(event, Invocation):
        return str(event.values.get("question", "")).strip()
    return event.text.strip() if isinstance(event, Message) else ""


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
