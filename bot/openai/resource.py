"""What a provider keeps for us: files, fine-tuning jobs, batches. Looking at it is free."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from bot.openai.calls import SLOW, Call
from bot.openai.catalogue_check import WrongValue
from bot.openai.errors import NotFound
from bot.openai.meter import Free, Meter
from bot.openai.parameters import Fields, encoded
from bot.openai.transport import Transport
from bot.openai.uploads import Form
from bot.openai.wire import reader

T = TypeVar("T")
U = TypeVar("U")

PAIRS, LONGEST_KEY, LONGEST_VALUE = 16, 64, 512  # of metadata, in characters


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`after` goes on with the next page; None: this is the last."""

    data: Sequence[T]
    has_more: bool | None = None
    last_id: str | None = None
    object: Any = None

    @property
    def after(self) -> str | None:
        last = self.last_id or (getattr(self.data[-1], "id", None) if self.data else None)
        return last if self.has_more else None


class Resource(Generic[T]):
    """Of one kind. `noun` is for people: “batch”; `object_` is what the API calls it. Every method
    raises OpenAIError.
    """

    def __init__(
        self, transport: Transport, path: str, noun: str, kind: type[T], object_: str
    ) -> None:
        self._transport = transport
        self._path = path
        self._noun = noun
        self._one = reader(kind, object_)
        self._many = reader(Page[kind], "list")  # type: ignore[valid-type]  # msgspec reads it when it runs

    async def create(self, body: Fields | Form, model: str = "", meter: Meter | None = None) -> T:
        """AnswerLost where it may have been made all the same."""
        content = body if isinstance(body, Form) else encoded(body)
        call = Call("POST", self._path, content, model, creates=f"the {self._noun}",
                    patience=SLOW)  # fmt: skip
        return await self._transport.fetch(call, meter or Free(), self._one)

    async def get(self, id_: str) -> T:
        with self._known(id_):
            return await self._transport.fetch(Call("GET", self.path(id_)), Free(), self._one)

    async def list(self, query: Mapping[str, Any]) -> Page[T]:
        call = Call("GET", self._path, query=_asked(query))
        return await self._transport.fetch(call, Free(), self._many)

    async def act(self, id_: str, verb: str) -> T:
        """What is done twice is done once."""
        with self._known(id_):
            call = Call("POST", self.path(id_, verb))
            return await self._transport.fetch(call, Free(), self._one)

    async def under(self, id_: str, what: str, kind: type[U], query: Mapping[str, Any]) -> Page[U]:
        call = Call("GET", self.path(id_, what), query=_asked(query))
        with self._known(id_):
            return await self._transport.fetch(call, Free(), reader(Page[kind], "list"))  # type: ignore[valid-type]  # as above

    async def delete(self, id_: str, kind: type[U]) -> U:
        with self._known(id_):
            return await self._transport.fetch(Call("DELETE", self.path(id_)), Free(), reader(kind))

    def path(self, id_: str, *more: str) -> str:
        return "/".join((self._path, quote(id_, safe=""), *more))

    @contextmanager
    def _known(self, id_: str) -> Iterator[None]:
        with known(self._noun, id_):
            yield


@contextmanager
def known(noun: str, id_: str) -> Iterator[None]:
    """Of one with an id, “not found” means that one."""
    try:
        yield
    except NotFound as error:
        error.sentence = f"The provider has no {noun} “{id_}”."
        raise


def _asked(query: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: value for name, value in query.items() if value is not None}


def check_metadata(metadata: Mapping[str, str] | None) -> None:
    """Raises WrongValue."""
    pairs = metadata or {}
    if len(pairs) > PAIRS:
        raise WrongValue(f"{len(pairs)} pairs of metadata are too many: {PAIRS} are allowed.")
    for key, value in pairs.items():
        if len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise WrongValue(
                f"The metadata “{key[:LONGEST_KEY]}” is too long: a key has {LONGEST_KEY} "
                f"characters at most, and a value {LONGEST_VALUE}."
            )
