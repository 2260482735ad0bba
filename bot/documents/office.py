"""Word, Excel and PowerPoint. Blocking, and for the process of its own alone."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import docx
import openpyxl
import pptx
from docx.table import Table

from bot.documents.document import Document, Unreadable
from bot.documents.gathering import Gathering

UNPACKED = 200_000_000  # bytes
MEMBERS = 10_000
ROWS = 50_000  # of all sheets
TOGETHER = 50  # rows of a section
SLIDES = 1_000


def document(content: bytes) -> Document:
    """Raises Unreadable, and whatever the parsers raise for what is damaged."""
    return _reader(content)(io.BytesIO(content))


def _reader(content: bytes) -> Callable[[io.BytesIO], Document]:
    """Nothing is unpacked before its size is known; zipfile never unpacks more than it says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > UNPACKED or len(members) > MEMBERS:
        raise Unreadable(
            f"unpacks to {size / 1e6:,.0f} MB in {len(members):,} parts; Parley reads "
            f"{UNPACKED / 1e6:,.0f} MB in {MEMBERS:,}."
        )
    names = {member.filename for member in members}
    for name, reader in _READERS.items():
        if name in names:
            return reader
    raise Unreadable("is an archive. Send the files in it.")


def _word(file: io.BytesIO) -> Document:
    gathering, heading, kept = Gathering(), "", list[str]()
    for block in docx.Document(file).iter_inner_content():
        if isinstance(block, Table):
            kept += _rows([cell.text for cell in row.cells] for row in block.rows)
        elif block.style and str(block.style.name).startswith(("Heading", "Title")):
            gathering.add(heading, "\n".join(kept))
            heading, kept = f"“{block.text.strip()[:80]}”", [block.text]
        else:
            kept.append(block.text)
    gathering.add(heading, "\n".join(kept))
    return gathering.document("has no text.")


def _excel(file: io.BytesIO) -> Document:
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    gathering, left = Gathering(), ROWS
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its size is sometimes wrong
        for first, lines in _tables(sheet.iter_rows(values_only=True, max_row=left)):
            left -= TOGETHER
            if not gathering.add(f"{sheet.title}, from row {first}", "\n".join(lines)) or left <= 0:
                return gathering.document("has no cells.", f"after {ROWS:,} rows")
    return gathering.document("has no cells.")


def _tables(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    """Each with the number of its first row; the sheet's first row heads them all."""
    head, lines, first = "", list[str](), 1
    for number, cells in enumerate(rows, 1):
        line = "\t".join("" if cell is None else str(cell) for cell in cells).rstrip()
        head = head or line
        lines.append(line)
        if len(lines) == TOGETHER:
            yield first, _headed(head, lines, first)
            lines, first = [], number + 1
    if lines:
        yield first, _headed(head, lines, first)


def _headed(head: str, lines: list[str], first: int) -> list[str]:
    return lines if first == 1 else [head, *lines]


def _power_point(file: io.BytesIO) -> Document:
    slides = pptx.Presentation(file).slides
    gathering = Gathering()
    for number, slide in enumerate(slides, 1):
        if number > SLIDES or not gathering.add(f"slide {number}", "\n".join(_slide(slide))):
            break
    cut = f"after {SLIDES:,} slides" if len(slides) > SLIDES else ""
    return gathering.document("has no text on its slides.", cut)


def _slide(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield from _rows([cell.text for cell in row.cells] for row in shape.table.rows)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
        yield slide.notes_slide.notes_text_frame.text


def _rows(rows: Iterable[list[str]]) -> list[str]:
    return ["\t".join(cells) for cells in rows]


_READERS = {
    "word/document.xml": _word,
    "xl/workbook.xml": _excel,
    "ppt/presentation.xml": _power_point,
}
