"""Files and times as people read them."""

import time

from bot.openai.files import File

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400  # seconds
_UNITS = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


def lasting(seconds: float) -> str:
    """`3 days`, `1 hour`, `under a minute`."""
    for size, name in _UNITS:
        if seconds >= size:
            number = int(seconds // size)
            return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
    return "under a minute"


def ago(at: float | None, now: float) -> str:
    return f"{lasting(now - at)} ago" if at else ""


def size(number: int | None) -> str:
    """`1.5 MB`, `800 bytes`."""
    if number is None:
        return ""
    for unit, name in ((2**20, "MB"), (2**10, "KB")):
        if number >= unit:
            return f"{number / unit:,.1f} {name}".replace(".0 ", " ")
    return f"{number:,} bytes"


def expiry(file: File, now: float) -> str:
    if not file.expires_at:
        return ""
    left = file.expires_at - now
    return f"expires in {lasting(left)}" if left > 0 else "expired"


def line(file: File, now: float | None = None) -> str:
    now = time.time() if now is None else now
    status = "" if file.status in {None, "processed", "uploaded"} else str(file.status)
    facts = (file.purpose, size(file.bytes), ago(file.created_at, now), expiry(file, now), status)
    return f"- **{file.filename or 'no name'}** `{file.id}` · {' · '.join(filter(None, facts))}"


def facts(file: File) -> tuple[tuple[str, str], ...]:
    now = time.time()
    told = (
        ("Id", file.id), ("Purpose", file.purpose), ("Size", size(file.bytes)),
        ("Uploaded", ago(file.created_at, now)), ("Expiry", expiry(file, now) or "never"),
        ("Status", file.status or ""), ("Details", file.status_details or ""),
    )  # fmt: skip
    return tuple((name, value) for name, value in told if value)
