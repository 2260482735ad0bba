"""Which of 50,000 names came before, in 12 bytes each: a dict of them takes ten times that."""

from array import array

_SLOTS = 2**17  # more than twice as many as there are names, so that few are looked at
_MASK = _SLOTS - 1


class Seen:
    """Names are known by a hash of 8 bytes: that two of 50,000 share one, and a good file is
    refused, happens once in ten billion.
    """

    def __init__(self) -> None:
        self._hashes = array("q", bytes(8 * _SLOTS))  # 0: nothing there
        self._lines = array("i", bytes(4 * _SLOTS))

    def first(self, name: str, line: int) -> int:
        """The line on which this name came first: this one, or one before it."""
        wanted = hash(name) or 1
        slot = wanted & _MASK
        while (there := self._hashes[slot]) != wanted:
            if not there:
                self._hashes[slot], self._lines[slot] = wanted, line
                return line
            slot = (slot + 1) & _MASK
        return self._lines[slot]
