"""HTML by function calls. Whatever is no HTML already is text, and is escaped: there is no way to
forget it.
"""

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

VOID = {"input", "link", "meta"}  # they have no end


class HTML(str):
    """Made by `element` alone."""

    __slots__ = ()


Content: TypeAlias = "str | int | Iterable[Content] | None"


def element(tag: str, /, *content: Content, **attributes: str | int | bool | None) -> HTML:
    """`class_` and `aria_label` stand for class and aria-label; None and False are left out."""
    opening = f"<{tag}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return HTML(opening if tag in VOID else f"{opening}{joined(*content)}</{tag}>")


def joined(*content: Content) -> HTML:
    return HTML("".join(map(_shown, content)))


def _shown(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, HTML):
        return content
    if isinstance(content, str | int):
        return escape(str(content))
    return joined(*content)


def _attribute(name: str, value: str | int | bool | None) -> str:  # noqa: FBT001  an attribute may be one
    if value is None or value is False:
        return ""
    named = name.rstrip("_").replace("_", "-")
    return f" {named}" if value is True else f' {named}="{escape(str(value))}"'
