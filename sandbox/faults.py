"""Failures on order: by the header `x-sandbox-fault`, `--fault`, or `PUT /sandbox/faults`.

An order is `[PATH:]FAULT[*TIMES],FAULT…`; each request to an address that begins with PATH
(default: all) uses up the next. A FAULT is a name, some with a `=NUMBER`:

    429=2           this status, here with `Retry-After: 2`; any of 400 to 599
    quota           429 insufficient_quota; other codes of a spent account work too
    text, detail    what gateways answer: a page of text, or `{"detail": …}`
    slow=1.5        seconds until the first byte
    cut=3           the connection ends after 3 events, or in the middle of an answer
    stall=3         as cut, but the connection stays open and says nothing
    malformed=3     as cut, but it goes on with something that is no JSON
    error=3         after 3 events an error arrives as an event
    ok              nothing
"""

from collections import deque
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from sandbox.errors import SERVER, STUMBLED, APIError

HEADER = "x-sandbox-fault"
SPENT = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_usage_limit_exceeded",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
}
BUSY = {"slow_down": 429, "server_is_overloaded": 503}
STREAMED = {"cut", "stall", "malformed", "error"}
OTHER = {"ok", "quota", "text", "detail", "slow"}
TIMES = 10_000

STATUS = {
    401: ("Incorrect API key provided: sk-***.", "invalid_api_key"),
    403: ("You are not allowed to use this.", "unsupported_country_region_territory"),
    429: ("Rate limit reached for requests. Please try again.", "rate_limit_exceeded"),
    500: (STUMBLED, None),
    503: ("The engine is currently overloaded, please try again later.", "server_is_overloaded"),
}


@dataclass(frozen=True)
class Fault:
    name: str
    value: float | None = None

    @property
    def after(self) -> int:
        return int(self.value or 0)

    def refuse(self) -> None:
        """Raises what it answers instead of the endpoint, if it does."""
        retry = {"retry-after": f"{self.value:g}"} if self.value is not None else {}
        if self.name.isdecimal():
            status = int(self.name)
            text, code = STATUS.get(status, (f"The sandbox was told to answer {status}.", None))
            raise APIError(status, text, code=code, kind=_kind(status), headers=retry)
        if self.name == "quota" or self.name in SPENT:
            _spent("insufficient_quota" if self.name == "quota" else self.name)
        if self.name in BUSY:
            raise APIError(BUSY[self.name], "Slow down.", code=self.name, headers=retry)

    def replace(self) -> web.Response | None:
        """What a gateway would say instead of OpenAI."""
        if self.name == "text":
            return web.Response(status=502, text="upstream connect error\n")
        if self.name == "detail":
            return web.json_response({"detail": "Internal Server Error"}, status=SERVER)
        return None


def _kind(status: int) -> str | None:
    return {429: "requests", 503: "service_unavailable_error"}.get(status)


def _spent(code: str) -> NoReturn:
    text = "You exceeded your current quota, please check your plan and billing details."
    raise APIError(429, text, code=code, kind=code)


class Script:
    """One order, being used up. Raises ValueError for one that is none."""

    def __init__(self, text: str) -> None:
        self.path, _, faults = text.strip().rpartition(":")
        self.left = deque(fault for part in faults.split(",") for fault in _several(part.strip()))

    def __str__(self) -> str:
        faults = ",".join(_text(fault) for fault in self.left)
        return f"{self.path}:{faults}" if self.path else faults


class Faults:
    def __init__(self, orders: list[str]) -> None:
        self.scripts: list[Script] = []
        self.order(orders)

    def order(self, orders: list[str]) -> None:
        """Replaces what was ordered. Raises ValueError."""
        self.scripts = [Script(text) for text in orders]

    def next(self, http: web.Request) -> Fault:
        """Raises APIError for a header that orders nothing known."""
        if header := http.headers.get(HEADER):
            try:
                return parse(header)
            except ValueError as error:
                raise APIError(400, str(error), param=HEADER) from None
        for script in self.scripts:
            if script.left and http.path.startswith(script.path):
                return script.left.popleft()
        return Fault("ok")


def parse(text: str) -> Fault:
    """Raises ValueError."""
    name, equals, value = text.partition("=")
    known = STREAMED | OTHER | SPENT | BUSY.keys()
    if name not in known and not (name.isdecimal() and 400 <= int(name) < 600):  # noqa: PLR2004  what fails
        raise ValueError(f"{text!r} is no fault; sandbox/faults.py lists them")
    return Fault(name, _number(value) if equals else None)


def _number(text: str) -> float:
    number = float(text)
    if not 0 <= number < TIMES:
        raise ValueError(f"{text} is no number of seconds or events")
    return number


def _several(text: str) -> list[Fault]:
    one, star, times = text.partition("*")
    if star and not (times.isdecimal() and 0 < int(times) <= TIMES):
        raise ValueError(f"{text!r}: after the * stands how often, at most {TIMES}")
    return [parse(one)] * (int(times) if star else 1)


def _text(fault: Fault) -> str:
    return fault.name if fault.value is None else f"{fault.name}={fault.value:g}"
