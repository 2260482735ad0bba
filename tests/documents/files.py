"""Files as people send them, whole and broken."""

import io
import zipfile

import docx
import openpyxl
import pptx
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def pdf(*pages, password="", algorithm="RC4-128", owner=None):
    """Text in a font that every reader has; a page of "" has no text, as if scanned."""
    writer = PdfWriter()
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    })  # fmt: skip
    for text in pages:
        page = writer.add_blank_page(600, 800)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        content = DecodedStreamObject()
        lines = " ".join(f"({line}) Tj T*" for line in text.splitlines())
        content.set_data(f"BT /F1 12 Tf 14 TL 50 700 Td {lines} ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    if password or owner:
        writer.encrypt(password, owner, algorithm=algorithm)
    return saved(writer.write)


def word(*paragraphs, heading="", rows=()):
    document = docx.Document()
    if heading:
        document.add_heading(heading)
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    return saved(document.save)


def excel(*rows, sheet="Sheet1"):
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    return saved(book.save)


def power_point(*slides):
    presentation = pptx.Presentation()
    for text in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = text
    return saved(presentation.save)


def archive(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return file.getvalue()


def bomb():
    """Half a megabyte that is half a gigabyte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in ("word/document.xml", *(f"word/{n}.xml" for n in range(4))):
            with zipped.open(name, "w") as member:
                for _ in range(100):
                    member.write(b"\0" * 1_000_000)
    return file.getvalue()


def saved(save):
    file = io.BytesIO()
    save(file)
    return file.getvalue()
