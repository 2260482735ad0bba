"""The process in which one document is parsed: the content comes on stdin, what is in it goes to
stdout. A hostile file takes this process down, not Parley.
"""

import resource
import sys
from contextlib import suppress

import msgspec

from bot.documents.document import Document, Unreadable

MEMORY = 2**30  # bytes
SECONDS = 20  # of the processor
BROKEN = "is broken: it cannot be read as what it says it is."


class Answer(msgspec.Struct):
    document: Document | None = None
    unreadable: str = ""


def main() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
    ):  # fmt: skip
        with suppress(ValueError):  # less is allowed already; macOS has no limit of memory
            resource.setrlimit(what, (most, most))
    answer = _answer(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _answer(kind: str, content: bytes) -> Answer:
    try:
        return Answer(_document(kind, content))
    except Unreadable as error:
        return Answer(unreadable=str(error))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  what four parsers raise for what is damaged has no common name
        return Answer(unreadable=BROKEN)


def _document(kind: str, content: bytes) -> Document:
    if kind == "pdf":
        from bot.documents import pdf  # noqa: PLC0415  each of them takes a while to import

        return pdf.document(content)
    from bot.documents import office  # noqa: PLC0415

    return office.document(content)


if __name__ == "__main__":
    main()
