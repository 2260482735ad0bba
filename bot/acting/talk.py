"""What is said between a question and its answer: what the model wants done, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.chat_tools import ToolCall
from bot.parts import Card, File, Image, Part, Remove, Voice
from bot.spending.asking import AsksFirst

MOST_ROUNDS = 8  # of calls, before the model has to answer
Kept = Card | File | Image | Voice


@dataclass
class Talk:
    said: list[ChatMessage] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)  # that are not done yet
    number: int = 0  # of the call that is done now, over all rounds
    decided: Literal["", "yes", "no"] = ""  # by the person, about the first of the calls
    asks: AsksFirst | None = None  # what they have to decide
    shown: dict[str, Kept] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Nothing more is done."""
        return sum(message.role == "assistant" for message in self.said) >= MOST_ROUNDS

    @property
    def under_way(self) -> list[str]:
        """The keys of the cards of what is not done."""
        cards = (part for part in self.shown.values() if isinstance(part, Card))
        return [card.key for card in cards if card.state == "running"]

    def request(self, request: ChatRequest) -> ChatRequest:
        """The next one. What comes first stays as it was, for the provider's cache. What the
        model has to call, it has to call once.
        """
        if not self.said:
            return request
        choice = "none" if self.over else None
        return replace(request, messages=[*request.messages, *self.said], tool_choice=choice)

    def heard(self, text: str, calls: Sequence[ToolCall]) -> None:
        if calls and not self.over:
            self.said.append(ChatMessage("assistant", text or None, tool_calls=tuple(calls)))
            self.calls = list(calls)

    def done(self, result: str) -> None:
        """The first call is."""
        call = self.calls.pop(0)
        self.said.append(ChatMessage("tool", result, tool_call_id=call.id))
        self.decided = ""

    def note(self, part: Part) -> None:
        """What is to be shown again, where the answer goes on after a press of a button."""
        if isinstance(part, Kept):
            self.shown[part.key] = part
        elif isinstance(part, Remove):
            self.shown.pop(part.key, None)
