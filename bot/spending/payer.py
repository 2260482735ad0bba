from dataclasses import dataclass


@dataclass(frozen=True)
class Payer:
    """Who is charged for a call, and for which answer it is made."""

    author: str  # slack:T1:U2
    workspace: str  # slack:T1
    delivery: str
