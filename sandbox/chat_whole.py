"""A streamed answer, put together."""

from collections.abc import Iterable
from typing import Any

from sandbox.engines.llama import Chunk


class _Choice:
    def __init__(self) -> None:
        self.text: list[str] = []
        self.calls: list[dict[str, Any]] = []
        self.logprobs: list[Any] | None = None
        self.reason: str | None = None

    def add(self, choice: dict[str, Any]) -> None:
        delta = choice["delta"]
        self.text.append(delta.get("content") or "")
        for call in delta.get("tool_calls", ()):
            if "id" in call:
                self.calls.append({k: v for k, v in call.items() if k != "index"})
            else:
                function = self.calls[-1]["function"]
                arguments = function["arguments"] + call["function"]["arguments"]
                self.calls[-1]["function"] = function | {"arguments": arguments}
        if choice["logprobs"]:
            self.logprobs = (self.logprobs or []) + choice["logprobs"]["content"]
        self.reason = choice["finish_reason"] or self.reason

    def shown(self, index: int) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if self.calls else "".join(self.text),
            "refusal": None,
            "annotations": [],
        }
        if self.calls:
            message["tool_calls"] = self.calls
        told = None if self.logprobs is None else {"content": self.logprobs, "refusal": None}
        return {"index": index, "message": message, "logprobs": told, "finish_reason": self.reason}


class Whole:
    def __init__(self) -> None:
        self._last: Chunk = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Chunk) -> None:
        self._last = chunk
        for choice in chunk["choices"]:
            self._choices.setdefault(choice["index"], _Choice()).add(choice)

    def completion(self) -> dict[str, Any]:
        choices: Iterable[tuple[int, _Choice]] = sorted(self._choices.items())
        shown = [choice.shown(index) for index, choice in choices]
        return self._last | {"object": "chat.completion", "choices": shown}
