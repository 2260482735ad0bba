"""What a client may ask of `/v1/images`, and how the models differ in it."""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sandbox.errors import invalid

SIZES = {
    "dall-e-2": ("256x256", "512x512", "1024x1024"),
    "dall-e-3": ("1024x1024", "1792x1024", "1024x1792"),
}
LONGEST = {"dall-e-2": 1000, "dall-e-3": 4000}  # characters of a prompt
QUALITIES = {"dall-e-2": ("standard",), "dall-e-3": ("standard", "hd")}
NEW_QUALITIES = ("low", "medium", "high", "auto")
LARGEST = 3840 * 2160  # pixels
TOKENS = {"low": 272, "medium": 1056, "high": 4160}  # of a square of 1024


class ImageRequest(Struct, forbid_unknown_fields=True):
    """Of `generations`; `edits` has the same fields and files."""

    prompt: Annotated[str, Meta(min_length=1)]
    model: str = "gpt-image-2"
    n: Annotated[int, Meta(ge=1, le=10)] = 1
    size: str | None = None
    quality: str | None = None
    style: Literal["vivid", "natural"] | None = None
    response_format: Literal["url", "b64_json"] | None = None
    background: Literal["transparent", "opaque", "auto"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: Annotated[int, Meta(ge=0, le=100)] | None = None
    stream: bool | None = None
    partial_images: Annotated[int, Meta(ge=0, le=3)] | None = None
    moderation: Literal["low", "auto"] | None = None
    input_fidelity: Literal["low", "high"] | None = None
    user: str | None = None
    safety_identifier: str | None = None

    @property
    def is_dalle(self) -> bool:
        return self.model.startswith("dall-e")

    @property
    def pixels(self) -> tuple[int, int]:
        size = self.size if self.size not in {None, "auto"} else "1024x1024"
        width, _, height = str(size).partition("x")
        return int(width), int(height)

    @property
    def kind(self) -> str:
        return self.output_format or "png"

    @property
    def rated(self) -> str:
        """The quality it is priced by."""
        if self.is_dalle:
            return self.quality or "standard"
        return self.quality if self.quality in TOKENS else "medium"

    @property
    def tokens(self) -> int:
        """Of one picture, by its quality and its area."""
        width, height = self.pixels
        return round(TOKENS[self.rated] * width * height / 1024**2)


def check(request: ImageRequest) -> None:
    """Raises APIError 400."""
    limit = LONGEST.get(request.model, 32_000)
    if len(request.prompt) > limit:
        text = f"String too long. Expected a string with maximum length {limit}."
        raise invalid("prompt", text, "string_above_max_length")
    _among("quality", request.quality, QUALITIES.get(request.model, NEW_QUALITIES))
    if request.is_dalle:
        _check_dalle(request)
    else:
        _check_new(request)


def _check_dalle(request: ImageRequest) -> None:
    _among("size", request.size, SIZES[request.model])
    if request.model == "dall-e-3" and request.n != 1:
        raise invalid("n", "You must provide n=1 for this model.")
    new = ("background", "output_format", "output_compression", "stream", "partial_images",
           "moderation", "input_fidelity")  # fmt: skip
    _absent(request, new if request.model == "dall-e-3" else (*new, "style"))


def _check_new(request: ImageRequest) -> None:
    _absent(request, ("style", "response_format"))
    if request.size in {None, "auto"}:
        return
    if not re.fullmatch(r"[1-9]\d{1,3}x[1-9]\d{1,3}", request.size or ""):
        raise invalid("size", "Invalid size: it is WIDTHxHEIGHT, as 1024x1536, or auto.")
    width, height = request.pixels
    if width % 16 or height % 16 or not 1 / 3 <= width / height <= 3 or width * height > LARGEST:  # noqa: PLR2004  3:1
        text = (
            f"Invalid size {request.size}: both sides are divisible by 16, between 1:3 and 3:1, "
            "and at most as large as 3840x2160."
        )
        raise invalid("size", text)
    if request.background == "transparent" and request.kind == "jpeg":
        raise invalid("background", "A transparent background needs output_format png or webp.")


def _among(param: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        text = f"Invalid value: '{value}'. Supported values are: {', '.join(allowed)}."
        raise invalid(param, text)


def _absent(request: ImageRequest, names: tuple[str, ...]) -> None:
    for name in names:
        if getattr(request, name) is not None:
            raise invalid(name, f"Unknown parameter: '{name}'.", "unknown_parameter")
