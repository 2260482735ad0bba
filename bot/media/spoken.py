"""Markdown as a person would read it aloud."""

import re
import unicodedata
from datetime import UTC, datetime
from itertools import zip_longest

import regex
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_PATH = r"[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*"  # with pairs of brackets
_HOST = r"([\w.-]*\w(?::\d+)?)"
_ADDRESS = re.compile(
    rf"(?:https?://(?:www\.)?|\bwww\.){_HOST}(?:[/?#]{_PATH}(?<![.,;:!?]))?", re.IGNORECASE
)
_SHORTCODE = re.compile(r"<?a?:(?=[a-z+-])([\w+-]{2,}):(?:\d{15,}>)?", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TASK = re.compile(r"^\[([ xX])\] ")
_SKIN = "skin-tone"
_MOMENT = re.compile(r"<t:(\d{1,11})(?::\w)?>")  # Discord's
_SPOILER = re.compile(r"\|\|(.+?)\|\|")
_SIGN = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)[\p{Emoji_Modifier}\ufe0f]*"
_FLAG = r"\p{Regional_Indicator}{2}"
_JOINED = r"\u200d\p{Emoji}\ufe0f?"  # to one picture, as people at work
_EMOJI = regex.compile(rf"({_FLAG}|{_SIGN}(?:{_JOINED})*)(?:\s*\1)*")
_KEYCAP = re.compile("\ufe0f?\u20e3")


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
            return "\n" if _BREAK.fullmatch(node.content) else ""
        case "image":
            return f"picture: {node.content}" if node.content else "a picture"
        case _:
            words = "".join(map(_inline, node.children))
            return words or _words(str(node.attrs.get("href", "")))  # a link without a text


def _words(text: str) -> str:
    """An emoji is its name, an address its host, a task done or not."""
    text = _ADDRESS.sub(r"\1", text)
    text = _TASK.sub(lambda box: "To do: " if box[1] == " " else "Done: ", text)
    text = _SPOILER.sub(r"\1", _MOMENT.sub(_moment, text))
    return _emoji(_SHORTCODE.sub(_shortcode, text))


def _moment(stamp: re.Match[str]) -> str:
    moment = datetime.fromtimestamp(int(stamp[1]), UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _shortcode(code: re.Match[str]) -> str:
    return "" if code[1].startswith(_SKIN) else code[1].replace("_", " ")


def _emoji(text: str) -> str:
    """Each by its name; several of one kind are one."""
    named: str = _EMOJI.sub(lambda found: _named(found[1]), _KEYCAP.sub("", text))
    return named


def _named(emoji: str) -> str:
    if regex.match(r"\p{Regional_Indicator}", emoji):
        return "flag"
    signs = (sign for sign in emoji if not regex.match(r"[\p{Emoji_Modifier}\ufe0f\u200d]", sign))
    return " ".join(unicodedata.name(sign, "").lower() for sign in signs).strip()


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
