"""A model's Markdown as Discord shows it: three sizes of headings, one kind of fence, no pictures
in the text, and no tables.
"""

import re

from adapters.discord import tables

_ODD = re.compile(
    r"^[ \t]{0,3}#{4,6}[ \t]|!\[|^[ \t]*(?:````|~~~|```[^`\s]*[ \t])|\|", re.MULTILINE
)
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<marker>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)")
_HEADING = re.compile(r"[ \t]{0,3}#{4,6}[ \t]+(?P<words>.*?)[ \t]*#*[ \t]*")
_PICTURE = re.compile(
    r"""(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))
    | \[!\[(?P<label>[^\]\n]*)\]\([^)\n]*\)\]\((?P<link>[^)\s]+)[^)\n]*\)
    | !\[(?P<alt>[^\]\n]*)\]\(<?(?P<url>[^)\s>]+)[^)\n]*\)
    """,
    re.VERBOSE,
)
_TICKS = "`\u200b``"  # inside a fence, where three would end it


def shown(text: str) -> str:
    """Growing text keeps its beginning, but for the table that is being written."""
    if not _ODD.search(text):
        return text
    lines = text.split("\n")
    found: list[str] = []
    fence = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence:
            ends = _ends(line, fence)
            found.append(line.replace(fence, "```", 1) if ends else _inside(line, fence))
            fence = "" if ends else fence
        elif opening := _FENCE.fullmatch(line):
            fence = opening["marker"]
            found.append(f"{opening['indent']}```{(opening['info'].split() or [''])[0]}")
        elif table := tables.at(lines, at):
            _set_apart(found, table.drawn())
            at = table.end
            continue
        else:
            found.append(_line(line))
        at += 1
    return "\n".join(found)


def _ends(line: str, fence: str) -> bool:
    words = line.strip()
    return words.startswith(fence) and not words.strip(fence[0])


def _inside(line: str, fence: str) -> str:
    return line if fence == "```" else line.replace("```", _TICKS)


def _set_apart(found: list[str], block: str) -> None:
    if found and found[-1].strip():
        found.append("")
    found.append(block)


def _line(line: str) -> str:
    if heading := _HEADING.fullmatch(line):
        words = heading["words"].replace("**", "")
        return f"**{words}**" if words else ""
    return _PICTURE.sub(_linked, line) if "![" in line else line


def _linked(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    words, url = match["label"] or match["alt"], match["link"] or match["url"]
    return f"[{words}]({url})" if words else url
