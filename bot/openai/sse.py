"""Server-sent events, decoded as the bytes come in.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from typing import NamedTuple

from bot.openai.errors import Malformed

LONGEST = 2**24  # bytes of one event; one with a picture may be longer, see images.py
_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    name: str  # "" where the server gives none
    data: bytes


class Decoder:
    """Takes the stream in any pieces. What follows the last empty line is no event, as the
    standard has it: a cut stream ends so.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._size = 0  # bytes kept of the event under way
        self._rest: list[bytes] = []  # of a line whose end has not come
        self._data: list[bytes] = []
        self._name = ""
        self._at_start = True
        self._after_cr = False

    def feed(self, piece: bytes) -> list[Event]:
        """The events that this piece ends. Raises Malformed where one is too long."""
        if self._after_cr and piece:
            self._after_cr = False
            piece = piece.removeprefix(b"\n")
        lines = piece.splitlines(keepends=True)
        if not lines:
            return []
        self._after_cr = piece.endswith(b"\r")
        unended = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        events: list[Event] = []
        if lines:
            lines[0] = self._whole(lines[0])
            for line in lines:
                self._take(line, events)
        if unended:
            self._keep(self._rest, unended)
        return events

    def _whole(self, end: bytes) -> bytes:
        if not self._rest:
            return end
        begun = b"".join(self._rest)
        self._rest.clear()
        self._size -= len(begun)
        return begun + end

    def _take(self, ended: bytes, events: list[Event]) -> None:
        line = ended.rstrip(b"\r\n")
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch(events)
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._keep(self._data, value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.removeprefix(b" ").decode(errors="replace")

    def _dispatch(self, events: list[Event]) -> None:
        if self._data:
            events.append(Event(self._name, b"\n".join(self._data)))
        self._data.clear()
        self._name = ""
        self._size = 0

    def _keep(self, where: list[bytes], piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._longest:
            raise Malformed(f"an event of more than {self._longest:,} bytes", may_have_run=True)
        where.append(piece)
