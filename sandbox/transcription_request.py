"""What a client may ask of `/v1/audio/transcriptions` and `/v1/audio/translations`."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from sandbox.errors import invalid
from sandbox.requests import Form, Upload, convert

LARGEST = 26_214_400  # bytes: 25 MB
SHORTEST = 0.1  # seconds
FORMATS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
AUDIO_TOKENS = 10  # a second, of what is heard
LANGUAGES = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian",
    "pt": "portuguese", "nl": "dutch", "ru": "russian", "ja": "japanese", "zh": "chinese",
}  # fmt: skip
"""As verbose_json names them; of the others, the code stands there."""

Kind = Literal["json", "text", "srt", "verbose_json", "vtt"]


class TranscriptionRequest(Struct, forbid_unknown_fields=True):
    model: str
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")] | None = None
    prompt: str | None = None
    response_format: Kind = "json"
    temperature: Annotated[float, Meta(ge=0, le=1)] = 0.0
    timestamp_granularities: list[Literal["word", "segment"]] = []
    include: list[Literal["logprobs"]] = []  # taken; the engine's are of segments, not of tokens
    chunking_strategy: str | dict[str, Any] | None = None  # taken; Whisper has its own
    stream: bool = False
    languages: list[str] | None = None
    keywords: list[str] | None = None
    user: str | None = None


def transcription_request(found: Form) -> tuple[TranscriptionRequest, Upload]:
    """Raises APIError 400."""
    upload = found.file("file")
    request = convert(found.fields, TranscriptionRequest)
    if upload.suffix not in FORMATS:
        raise invalid("file", f"Invalid file format. Supported formats: {list(FORMATS)}", None)
    if request.timestamp_granularities and request.response_format != "verbose_json":
        text = "timestamp_granularities is only for response_format 'verbose_json'."
        raise invalid("timestamp_granularities", text)
    if "transcribe" in request.model and request.response_format not in {"json", "text"}:
        text = (
            f"response_format '{request.response_format}' is not compatible with model "
            f"'{request.model}'. Use 'json' or 'text' instead."
        )
        raise invalid("response_format", text, "unsupported_value")
    return request, upload
