"""Why a line could not be read, in a sentence."""

import re
from collections.abc import Mapping

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_AT = re.compile(r" - at `(?:key in )?\$?\.?(.*?)`$")
_WORDS: Mapping[str, str] = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip
_TYPES = re.compile(r"`([\w |]+)`")
_CHOICE = re.compile(r"invalid enum value '(.*)'", re.DOTALL)
_ROLES = "no role: system, developer, user, assistant and tool are"
_BYTE = re.compile(r"\(byte (\d+)\)")


def of(error: Exception, line: bytes) -> str:
    """`error` is one of UNREADABLE, raised for this line."""
    if isinstance(error, msgspec.ValidationError):
        return _invalid(str(error))
    if isinstance(error, UnicodeDecodeError):
        return "It is no UTF-8. Save the file as UTF-8."
    if isinstance(error, RecursionError):
        return "It is nested too deeply."
    if b"\0" in line:
        return "It has NUL bytes, which no JSON has."
    at = _BYTE.search(str(error))
    return f"It is no JSON, from byte {at[1]} on." if at else "It is no JSON: it ends too early."


def _invalid(text: str) -> str:
    """`Expected `str`, got `int` - at `$.messages[0].role``, as people say it."""
    place = _AT.search(text)
    said = _TYPES.sub(_named, _AT.sub("", text))
    said = said[:1].lower() + said[1:]
    if wrong := _CHOICE.fullmatch(said):
        allowed = _ROLES if place and place[1].endswith("role") else "not what may stand there"
        said = f"“{wrong[1]}” is {allowed}"
    where = f"In `{place[1]}`, " if place and place[1] else "It is no such line: "
    return f"{where}{said}."


def _named(found: re.Match[str]) -> str:
    kinds = [kind.strip() for kind in found[1].split("|")]
    if not all(kind in _WORDS for kind in kinds):
        return found[0]  # the name of a field
    return " or ".join(_WORDS[kind] for kind in kinds if kind != "null" or len(kinds) == 1)
