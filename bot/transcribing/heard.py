"""What was heard in a piece of a recording, and what all of them cost."""

from collections.abc import Sequence

import msgspec

from bot.openai.transcription_types import Transcript
from bot.spending.receipt import Receipt


class Heard(msgspec.Struct, frozen=True):
    """Of one piece, as a later attempt gets it."""

    transcript: Transcript
    receipt: Receipt
    silent: bool = False
    even: bool = False  # a noise without a voice: its words may be invented


def cost(pieces: Sequence[Heard]) -> str:
    """As people read it."""
    receipts = [piece.receipt for piece in pieces]
    whole = Receipt(
        cost=sum(one.cost for one in receipts),
        calls=sum(one.calls for one in receipts),
        unpriced=sum(one.unpriced for one in receipts),
        estimated=any(one.estimated for one in receipts),
    )
    return str(whole)
