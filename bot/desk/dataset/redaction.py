"""Personal data out of a text, a sign in its place. What has no form of its own (a name, an
address in words) is not found: who exports reads what goes out.
"""

import re
from collections.abc import Callable

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]+(?:\.[\w-]+)+")  # 64: RFC 5321, and no long search
_MENTION = re.compile(r"<(?:@[!&]?|#|!subteam\^)[\w|@.^ -]+>|(?<![\w.@])@[A-Za-z][\w.-]*\w")
_SECRET = re.compile(
    r"\b(?:sk|pk|rk|xox[abeprs]|gh[opsur]|glpat|AKIA|AIza|hf)[-_]?[A-Za-z0-9_-]{16,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_IP = re.compile(
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}"
)
_SOCIAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_ID = re.compile(r"\b[UWBTCDG](?=[A-Z0-9]*\d)[A-Z0-9]{8,11}\b|(?<![\d.,])\d{17,20}(?![\d.,])")
_DIGITS = re.compile(r"(?<![\w.])\(?\+?\d(?:[ ./()-]{0,2}\d){6,18}(?![\w])")
_DATE = re.compile(r"(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:19|20)\d\d")
_CARD, _PHONE, _FEWEST = range(13, 20), range(7, 16), 10  # digits


def redacted(text: str) -> str:
    """Twice is as once."""
    for pattern, sign in _SIGNS:
        text = pattern.sub(sign, text)
    return text


def _numbered(found: re.Match[str]) -> str:
    """A card has a check digit; a phone number begins with + or 0, has a bracket, or is grouped
    as numbers in a text are not.
    """
    said = found[0]
    digits = re.sub(r"\D", "", said)
    if len(digits) in _CARD and _checks(digits):
        return "[card]"
    if len(digits) not in _PHONE or _DATE.fullmatch(said):
        return said
    marked = said.startswith(("+", "(", "0"))
    grouped = len(digits) >= _FEWEST and len(re.findall(r"[ ./()-]+", said)) >= 2  # noqa: PLR2004
    return "[phone]" if marked or grouped else said


def _checks(digits: str) -> bool:
    """https://en.wikipedia.org/wiki/Luhn_algorithm"""
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0  # noqa: PLR2004  a digit


_SIGNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_SECRET, "[secret]"),
    (_EMAIL, "[email]"),
    (_MENTION, "[person]"),
    (_IBAN, "[iban]"),
    (_SOCIAL, "[id]"),
    (_IP, "[ip]"),
    (_ID, "[id]"),
    (_DIGITS, _numbered),
)
