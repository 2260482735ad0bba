"""What the parts of the fake Slack share."""

from typing import Any

Json = dict[str, Any]
BOT, BOT_ID, TEAM = "UPARLEY", "BPARLEY", "T1"


class Refusal(Exception):
    """`{ok: false, error}`"""
