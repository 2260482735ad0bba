"""How an attempt ended, as it is booked."""

from bot.storage.ledger import Outcome, Used

NOTHING = Outcome("released")


def settled(
    used: Used,
    cost: int | None,
    reserved: int,
    *,
    estimated: bool = False,
    request_id: str = "",
) -> Outcome:
    """Without a price what was reserved, the operator's ceiling, is taken to be the cost; without
    that too the cost is unknown, which is never 0.
    """
    amount = reserved or None if cost is None else cost
    guessed = estimated or (cost is None and amount is not None)
    return Outcome("settled", used, amount, guessed, request_id)
