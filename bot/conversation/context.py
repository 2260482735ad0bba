"""What is sent to the model: the system prompt, then as many of the last turns as fit, whole."""

from collections.abc import Sequence
from functools import cached_property

from bot.errors import Refused
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat import ChatMessage
from bot.openai.chat_parts import Part, PicturePart, TextPart
from bot.storage.memory import Turn

# OpenAI's cookbook, chat formats
OVERHEAD = 4  # tokens that a message costs beside its text
FRAME = 3  # tokens that a prompt costs beside its messages
ANSWER_SHARE = 0.25  # of the window, the most that is kept free for the answer


class Context:
    """Fits a conversation into one model's window."""

    def __init__(self, model: Model, system: str, answer_tokens: int) -> None:
        self._model = model
        self._system = system
        self._reserved = min(answer_tokens, int(model.context * ANSWER_SHARE))

    @cached_property
    def _room(self) -> int:
        """Counted with the first question: a tokenizer's vocabulary takes 50 MiB."""
        return self._model.context - self._reserved - FRAME - self.cost(self._system)

    def cost(self, text: str) -> int:
        """In tokens, as one message."""
        return tokens.count(self._model, text) + OVERHEAD

    def messages(
        self, turns: Sequence[Turn], question: str, pictures: Sequence[PicturePart] = ()
    ) -> list[ChatMessage]:
        """`pictures` go with the question. Raises Refused where that alone is too long."""
        if self._room < OVERHEAD:
            raise Refused(
                f"Parley's instructions fill all that {self._model.id} can read. "
                "An admin must shorten PARLEY_SYSTEM_PROMPT, or choose a larger model."
            )
        cost = self.cost(question) + len(pictures) * self._model.picture
        room = self._room - cost
        if room < 0:
            raise Refused(
                f"That is about {cost:,} tokens, and {self._model.id} takes "
                f"{self._room:,} here. Please send less, or in parts."
            )
        parts: tuple[Part, ...] = (TextPart(question), *pictures)
        kept = [ChatMessage("user", parts if pictures else question)]
        for turn in reversed(turns):
            room -= turn.tokens + OVERHEAD
            if room < 0:
                break
            kept.append(ChatMessage(turn.role, turn.text))
        while kept[-1].role == "assistant":  # an answer without its question misleads
            kept.pop()
        return [ChatMessage("system", self._system), *reversed(kept)]
