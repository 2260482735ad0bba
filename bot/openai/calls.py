"""One request to the API, before it is sent."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from bot.openai.uploads import Form

SLOW = 3.0  # times the usual patience: for pictures, files and sound
_TOKEN = 4  # bytes of a request, as OpenAI's own limiter reckons


class Call(msgspec.Struct, frozen=True):
    method: Literal["GET", "POST", "DELETE"]
    path: str  # relative to the base URL
    body: bytes | Form | None = None  # JSON, or a form
    model: str = ""
    query: Mapping[str, str | int] = {}
    creates: str = ""  # what a second request would make again: "a batch"; such a call is not
    # repeated once it may have been heard
    person: str = ""  # who it is for, where requests queue
    output: int = 0  # tokens that the answer may have
    images: int = 0
    patience: float = 1.0  # times the usual time-outs

    def __str__(self) -> str:
        return f"{self.path} {self.model}".strip()

    @property
    def capability(self) -> str:
        """What of a provider may be down alone: chat, images, speech, transcriptions, files, …"""
        first, _, rest = self.path.partition("/")
        return rest if first == "audio" else first

    @property
    def tokens(self) -> int:
        """What it takes of a limit on tokens, roughly."""
        return self.output + (len(self.body) // _TOKEN if isinstance(self.body, bytes) else 0)
