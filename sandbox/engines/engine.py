"""An engine that may not be installed, loads when first asked, and works in its own threads."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from sandbox.errors import APIError

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Spec:
    name: str  # also of its model in the API
    capability: str
    packages: tuple[str, ...]  # that bring it
    modules: tuple[str, ...]  # in them
    loads: str  # the module of this folder and the class in it, `piper:Piper`
    what: str  # for people: what runs, whose weights, under which licence

    @property
    def missing(self) -> str:
        """How to get it; empty: it is here."""
        if all(_found(module) for module in self.modules):
            return ""
        return f"pip install --no-deps {' '.join(self.packages)}"

    def load(self) -> Any:
        module, _, name = self.loads.partition(":")
        return getattr(import_module(f"sandbox.engines.{module}"), name)()


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # the module was imported as None, that is, hidden
        return False


class Engine(Generic[T]):
    def __init__(self, spec: Spec, load: Callable[[], T] | None = None, threads: int = 1) -> None:
        self.spec = spec
        self._load: Callable[[], T] = load or spec.load
        self._threads = ThreadPoolExecutor(threads, spec.name)
        self._loading: Future[T] | None = None

    def warm(self) -> None:
        """Begins to load."""
        if self._loading is None and not self.spec.missing:
            self._loading = self._threads.submit(self._load)

    async def loaded(self) -> T:
        """Raises APIError 501 where a package is missing."""
        if command := self.spec.missing:
            text = (
                f"The sandbox's {self.spec.capability} engine {self.spec.name} is not installed. "
                f"Install it with: {command}"
            )
            raise APIError(501, text, code="engine_missing")
        self.warm()
        assert self._loading  # noqa: S101  warm() has set it
        return await asyncio.shield(asyncio.wrap_future(self._loading))

    async def run(self, work: Callable[[T], R]) -> R:
        engine = await self.loaded()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, engine)

    async def iterate(self, begin: Callable[[T], Iterator[R]]) -> AsyncGenerator[R, None]:
        """Its steps, each in the engine's thread; others may go between them."""
        steps = await self.run(begin)
        end = object()
        while (step := await self.run(lambda _: next(steps, end))) is not end:
            yield step  # type: ignore[misc]  # `end` is the one object that is no R


def package(module: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise APIError(501, f"The package {module} is not installed.", code="engine_missing")
    return Path(spec.origin).parent


def checked(path: Path, sha256: str) -> Path:
    """Weights that somebody re-packaged, if they are the published ones. Raises APIError 500."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            text = f"{path.name} is not the published file; install its package anew."
            raise APIError(500, text, code="weights_changed")
    return path
