"""Markdown as a person would read it aloud."""

import re
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_ADDRESS = re.compile(r"(?:https?://)(?:www\.)?([^\s/?#]+)[^\s<>]*(?<![.,;:!?)])")
_EMOJI = re.compile(r"<?a?:(?=[a-z+-])([\w+-]{2,}):(?:\d{15,}>)?", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_TASK = re.compile(r"^\[([ xX])\] ")
_SKIN = "skin-tone"


def spoken(markdown: str) -> str:
    """One line for each paragraph, item or row; code is only counted, links are their text."""
    return _block(SyntaxTreeNode(_PARSER.parse(markdown))).strip()


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "inline":
            return _ended(_inline(node).strip())
        case "fence" | "code_block":
            return _code(node)
        case "table":
            return _table(node)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            items = enumerate(map(_block, node.children), first)
            return "\n".join(f"{number}: {item}" for number, item in items)
        case "html_block":
            return _ended(_TAG.sub("", node.content).strip())
        case _:
            return "\n".join(filter(None, map(_block, node.children)))


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return _words(node.content)
        case "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "html_inline":
            return ""
        case "image":
            return f"picture: {node.content}" if node.content else "a picture"
        case _:
            return "".join(map(_inline, node.children))


def _words(text: str) -> str:
    """A shortcode is its name, an address its host, a task done or not."""
    text = _ADDRESS.sub(r"\1", text)
    text = _TASK.sub(lambda box: "To do: " if box[1] == " " else "Done: ", text)
    return _EMOJI.sub(_emoji, text)


def _emoji(code: re.Match[str]) -> str:
    return "" if code[1].startswith(_SKIN) else code[1].replace("_", " ")


def _ended(text: str) -> str:
    """With a full stop, at which a voice rests."""
    return f"{text}." if text and text[-1].isalnum() else text


def _code(node: SyntaxTreeNode) -> str:
    lines = len(node.content.rstrip("\n").split("\n"))
    language = next(iter(node.info.split()), "")
    return f"Code{f' in {language}' if language else ''}, {lines} line{'s' * (lines > 1)}."


def _table(node: SyntaxTreeNode) -> str:
    """Each cell with the name of its column."""
    names, *rows = [
        [_inline(cell).strip() for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    return "\n".join(_row(names, row) for row in rows) or _row([], names)


def _row(names: list[str], cells: list[str]) -> str:
    pairs = zip_longest(names, cells, fillvalue="")
    return _ended(", ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell))
