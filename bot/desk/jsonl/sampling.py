"""Tokens of a large file by a sample of its lines: a tokenizer reads 20 MB a second, which would be
a tenth of the speed at which a file is checked.
"""

from random import Random

SAMPLE = 4 * 2**20  # bytes that are counted exactly; of a smaller file that is all


class Sample:
    """Lines are drawn by chance, always the same ones of the same file, so that no pattern in it
    is hit or missed.
    """

    def __init__(self, size: int) -> None:
        """`size`: bytes of the file."""
        self.share = min(1.0, SAMPLE / size) if size else 1.0
        self._random = Random(size).random
        self._tokens = 0
        self._counted = 0  # bytes
        self._seen = 0  # bytes

    def draws(self, size: int) -> bool:
        """Whether the next line, of so many bytes, is to be counted; the first always is."""
        self._seen += size
        return self.share == 1.0 or not self._counted or self._random() < self.share

    def count(self, tokens: int, size: int) -> None:
        self._tokens += tokens
        self._counted += size

    @property
    def tokens(self) -> int:
        """Of all lines that were seen."""
        if self._counted == self._seen or not self._counted:
            return self._tokens
        return -(-self._tokens * self._seen // self._counted)
