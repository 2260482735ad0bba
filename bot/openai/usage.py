"""What a call used, as servers report it: three spellings of tokens, and seconds of sound."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the API counted them. `cached`, `picture_prompt` and `sound_prompt` are part of
    `prompt`; `reasoning`, `picture_completion` and `sound_completion` of `completion`.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    picture_prompt: int = 0
    sound_prompt: int = 0
    picture_completion: int = 0
    sound_completion: int = 0
    seconds: float = 0  # of sound, where the server counts those

    def __str__(self) -> str:
        tokens = f"{self.prompt:,} + {self.completion:,} tokens"
        return f"{self.seconds:g} s of sound" if self.seconds else tokens


class Details(msgspec.Struct, frozen=True):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None


class WireUsage(msgspec.Struct, frozen=True):
    """`prompt_…` of chat and embeddings, `input_…` of pictures, sound and batches."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    input_tokens_details: Details | None = None
    input_token_details: Details | None = None
    output_tokens_details: Details | None = None
    seconds: float | None = None


_NONE = Details()


def used(wire: WireUsage | None) -> Usage | None:
    if wire is None:
        return None
    told = wire.prompt_tokens_details or wire.input_tokens_details or wire.input_token_details
    before = told or _NONE
    after = wire.completion_tokens_details or wire.output_tokens_details or _NONE
    return Usage(
        prompt=wire.prompt_tokens or wire.input_tokens or 0,
        completion=wire.completion_tokens or wire.output_tokens or 0,
        cached=before.cached_tokens or 0,
        reasoning=after.reasoning_tokens or 0,
        picture_prompt=before.image_tokens or 0,
        sound_prompt=before.audio_tokens or 0,
        picture_completion=after.image_tokens or 0,
        sound_completion=after.audio_tokens or 0,
        seconds=wire.seconds or 0,
    )
