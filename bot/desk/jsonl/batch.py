"""The input of a batch, checked line by line.

https://platform.openai.com/docs/guides/batch#1-prepare-your-batch-file
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from bot.desk.jsonl import reasons
from bot.desk.jsonl.bodies import ENDPOINTS, Body, Kind
from bot.desk.jsonl.lines import lines
from bot.desk.jsonl.problems import LISTED, Problem, Problems
from bot.desk.jsonl.sampling import Sample
from bot.desk.jsonl.seen import Seen
from bot.openai.catalogue import Catalogue, Model
from bot.openai.catalogue_check import WrongValue, check

B = TypeVar("B", bound=Body)
MOST = 50_000  # requests
LARGEST = 200 * 2**20  # bytes
_VARIANTS = 1_000  # of parameters, whose check is remembered


class BatchReport(msgspec.Struct, frozen=True):
    """`tokens`: of all requests; of a file beyond sampling.SAMPLE bytes as a sample has it.
    `most`: that the answers may have, together. `too_many`: `wrong` is more than the `problems`
    that are listed.
    """

    lines: int
    requests: int  # that can be sent
    endpoint: str
    model: str
    tokens: int
    most: int
    fixed: int | None  # micro-dollars beside tokens, as of pictures; None: not known
    problems: Sequence[Problem] = ()
    too_many: bool = False
    wrong: int = 0  # problems in all


async def check_batch(path: Path, endpoint: str | None, catalogue: Catalogue) -> BatchReport:
    """`endpoint`: None is that of the first line. Raises OSError."""
    return await asyncio.to_thread(Reader(catalogue, endpoint).read, path)


class _Line(msgspec.Struct, Generic[B], gc=False):
    custom_id: str
    method: str
    url: str
    body: B


class _Loose(msgspec.Struct):
    custom_id: Any = None
    method: Any = None
    url: Any = None
    body: Any = None


_loose = msgspec.json.Decoder(_Loose).decode


class Reader:
    def __init__(self, catalogue: Catalogue, endpoint: str | None) -> None:
        self._catalogue = catalogue
        self._endpoint = endpoint or ""
        self._problems = Problems()
        self._seen = Seen()
        self._checked: dict[tuple[Any, ...], str] = {}
        self._model: Model | None = None
        self._requests = 0
        self._most = 0
        self._fixed: int | None = 0

    def read(self, path: Path) -> BatchReport:
        size, seen = path.stat().st_size, 0
        self._sample = Sample(size)
        if size > LARGEST:
            self._problems.add(0, f"The file has {size / 2**20:,.1f} MB, and a batch takes "
                               f"{LARGEST >> 20} MB. Split it.")  # fmt: skip
        else:
            seen = self._read(path)
        if seen > MOST:
            self._problems.add(0, f"{seen:,} requests are too many: a batch takes {MOST:,}. "
                               "Split the file.")  # fmt: skip
        return BatchReport(
            seen, self._requests, self._endpoint, self._model.id if self._model else "",
            self._sample.tokens, self._most, self._fixed, tuple(self._problems.listed),
            self._problems.count > LISTED, self._problems.count,
        )  # fmt: skip

    def _read(self, path: Path) -> int:
        seen, decode = 0, self._decoder()
        for number, line in lines(path, self._problems):
            seen += 1
            if seen > MOST:  # only counted
                continue
            if decode is None and (decode := self._first(number, line)) is None:
                continue
            try:
                found = decode(line)
            except reasons.UNREADABLE as error:
                self._problems.add(number, self._reason(line, error))
                continue
            if trouble := self._trouble(found, number):
                self._problems.add(number, trouble)
            else:
                self._take(found.body, len(line))
        return seen

    def _decoder(self) -> Callable[[bytes], _Line[Any]] | None:
        """Of the lines for the endpoint, once that is known."""
        if not self._endpoint:
            return None
        kind = ENDPOINTS.get(self._endpoint, Kind(Body, "chat"))
        return msgspec.json.Decoder(_Line[kind.body]).decode  # type: ignore[name-defined]  # msgspec reads it when it runs

    def _first(self, number: int, line: bytes) -> Callable[[bytes], _Line[Any]] | None:
        """The first line that says an endpoint says it for all."""
        try:
            url = _loose(line).url
        except reasons.UNREADABLE as error:
            self._problems.add(number, reasons.of(error, line))
            return None
        if url not in ENDPOINTS:
            self._problems.add(number, f"Its `url` is {_quoted(url)}, which is no endpoint of a "
                               f"batch: {_listed(ENDPOINTS)} are.")  # fmt: skip
            return None
        self._endpoint = url
        return self._decoder()

    def _reason(self, line: bytes, error: Exception) -> str:
        """What is plainly wrong goes before what a decoder met first."""
        try:
            found = _loose(line)
        except reasons.UNREADABLE as worse:
            return reasons.of(worse, line)
        return self._around(found) or reasons.of(error, line)

    def _around(self, line: Any) -> str:
        """What is wrong beside the body."""
        if not isinstance(line.custom_id, str) or not line.custom_id:
            return "It has no `custom_id`, by which its answer is known."
        if line.method != "POST":
            return f"Its `method` is {_quoted(line.method)}, and must be “POST”."
        if line.url != self._endpoint:
            return f"Its `url` is {_quoted(line.url)}, and those of this batch are “{self._endpoint}”."  # fmt: skip  # noqa: E501
        return "" if line.body is not None else "It has no `body`."

    def _trouble(self, line: _Line[Any], number: int) -> str:
        if (line.url != self._endpoint or line.method != "POST" or not line.custom_id) and (
            trouble := self._around(line)
        ):
            return trouble
        first = self._seen.first(line.custom_id, number)
        if first != number:
            return f"Its `custom_id` “{line.custom_id[:80]}” is that of line {first:,} too."
        if self._model is None:
            capability = ENDPOINTS[self._endpoint].capability
            self._model = self._catalogue.model(line.body.model, capability)
        if line.body.model != self._model.id:
            return f"Its model is “{line.body.model[:80]}”, and that of the lines before “{self._model.id}”: a batch has one."  # fmt: skip  # noqa: E501
        return self._refused(line.body, self._model)

    def _refused(self, body: Body, model: Model) -> str:
        """By the catalogue. Lines mostly ask for the same, so that is looked at once."""
        key = tuple([getattr(body, name) for name in body.checked])
        if (known := self._checked.get(key)) is not None:
            return known
        told = ""
        try:
            path = self._endpoint.removeprefix("/v1/")
            if ENDPOINTS[self._endpoint].called:
                check(self._catalogue, model, path, dict(zip(body.checked, key, strict=True)))
        except WrongValue as refusal:
            told = refusal.sentence
        if len(self._checked) < _VARIANTS:
            self._checked[key] = told
        return told

    def _take(self, body: Body, size: int) -> None:
        model = self._model
        if model is None:
            raise TypeError("a request has a model")
        self._requests += 1
        self._most += body.tokens_out(model)
        fixed = body.fixed(model)
        self._fixed = None if fixed is None or self._fixed is None else self._fixed + fixed
        if self._sample.draws(size):
            counted = body.tokens_in(model)
            self._sample.count(size if counted is None else counted, size)


def _quoted(value: object) -> str:
    return "missing" if value is None else f"“{str(value)[:80]}”"


def _listed(names: Sequence[str] | dict[str, Any]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}"
