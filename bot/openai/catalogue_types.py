"""What can be known of a model."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

Tokens = Annotated[int, msgspec.Meta(ge=1)]
Values = tuple[str, ...]


USUAL_TIERS = ("auto", "default")  # service tiers at the usual price, as far as one can ask


class Prices(msgspec.Struct, frozen=True):
    """Integer micro-dollars for a million tokens: $2.50 is 2_500_000."""

    input: int
    output: int
    cached: int | None = None  # input that the provider had in its cache; None: as input


class AnySize(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of pictures beside those that are listed, in pixels."""

    step: int  # divides both sides
    ratio: float  # of the longer side to the shorter, at most
    width: int  # of the largest; it may stand on its side
    height: int


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are those of a model that nobody described: everything may be sent, and no
    price is known. Money is whole micro-dollars.
    """

    id: str
    known: bool = False
    capability: str = "chat"
    endpoints: Values = ()  # as in "chat/completions"; (): any
    context: Tokens = 8192  # prompt and answer together
    max_output: Tokens = 4096
    dimensions: int = 0  # of an embedding, where nobody asks for fewer
    encoding: Literal["o200k_base", "cl100k_base", ""] = ""  # "": estimated, see tokens.py
    picture: int = 1_500  # tokens that a picture in a prompt takes at most
    retires: date | None = None

    prices: Prices | None = None  # of text; None: unknown, which is never 0
    tiers: Mapping[str, Prices] = {}  # service tier -> of text, where they are not the usual ones
    picture_tokens: Prices | None = None
    sound_tokens: Prices | None = None
    pictures: Mapping[str, Mapping[str, int]] = {}  # quality -> size -> of one picture
    million_characters: int | None = None  # of text that is spoken
    minute: int | None = None  # of sound
    training: int | None = None  # of a million tokens, each as often as it is trained on
    batch: bool = False  # everything costs half in a batch

    renames: Mapping[str, str] = {}  # parameter of the API -> what this model calls it
    refuses: frozenset[str] = frozenset()  # parameters that are left out
    defaults: Mapping[str, Any] = {}  # parameters that are sent if nobody asks for another value
    choices: Mapping[str, Values] = {}  # the values of a parameter; (): it takes none
    ranges: Mapping[str, tuple[float, float]] = {}
    longest: Mapping[str, int] = {}  # characters of a text, bytes of a file
    most: Mapping[str, int] = {}  # entries of a list
    any_size: AnySize | None = None
    streams: bool = True  # partial pictures, or a transcript as it is made
    cache_key: bool = False  # takes prompt_cache_key, which brings like prompts to one cache
    reasoning: bool = False  # takes temperature and top_p only at effort "none"
    effort: str | None = None  # the reasoning_effort to send if nobody asks for another
    tools_effort: str | None = None  # the only one that function tools go with
    methods: Values = ()  # of fine-tuning, the default one first; (): it cannot be tuned
