"""What people send is read by its content, and what cannot be read has a sentence each."""

import warnings
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import texts
from bot.documents.__main__ import _answer
from bot.documents.document import LONGEST, Document, Section, Unreadable, passages
from bot.documents.kinds import kind
from bot.documents.reading import Reader
from tests.documents.files import archive, bomb, excel, pdf, power_point, word


async def read(content, patience=30.0):
    return await Reader(patience).read(kind(content), content)


async def test_a_pdf_is_read_page_by_page():
    document = await read(pdf("The fox is red.", "", "The owl\nis grey."))
    assert [section.part for section in document.sections] == ["page 1", "page 3"]
    assert "The fox is red." in document.text
    assert document.sections[1].text.split() == ["The", "owl", "is", "grey."]


ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_pdf_that_only_may_not_be_printed_is_read(algorithm):
    locked = pdf("The fox is red.", owner="a long password", algorithm=algorithm)
    assert (await read(locked)).text.strip() == "The fox is red."


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_pdf_with_a_password_stays_closed(algorithm):
    with pytest.raises(Unreadable, match="is locked by a password"):
        await read(pdf("secret", password="fox", algorithm=algorithm))


async def test_word_is_read_with_its_headings_and_tables():
    document = await read(word("Two weeks.", heading="Leave", rows=[("who", "days"), ("Ada", "3")]))
    (section,) = document.sections
    assert section == Section("“Leave”", "Leave\nTwo weeks.\nwho\tdays\nAda\t3")


async def test_excel_is_read_in_stretches_that_repeat_the_head():
    document = await read(excel(("name", "age"), *((f"p{n}", n) for n in range(60))))
    assert [section.part for section in document.sections] == [
        "Sheet1, from row 1", "Sheet1, from row 51",
    ]  # fmt: skip
    assert document.sections[1].text.startswith("name\tage\np49\t49\n")


async def test_power_point_is_read_slide_by_slide():
    document = await read(power_point("Where we are", "Where we go"))
    assert document.sections == (
        Section("slide 1", "Where we are"), Section("slide 2", "Where we go"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        "Grüße".encode(), "Grüße".encode("utf-8-sig"), "Grüße".encode("utf-16"),
        "Grüße".encode("utf-16-le"), "Grüße".encode("utf-16-be"), "Grüße".encode("cp1252"),
    ],
)  # fmt: skip
async def test_text_is_read_in_its_encoding(content):
    assert (await read(content)).text == "Grüße"


async def test_a_web_page_that_calls_itself_a_pdf_is_text():
    assert (await read(b"<!DOCTYPE html><p>hello")).text == "<!DOCTYPE html><p>hello"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (pdf("secret", password="fox"), "is locked by a password"),
        (pdf("", ""), "has no text, as if it were scanned"),
        (b"%PDF-1.7\nnothing", "is broken"),
        (word("hello")[:-400], "is broken"),
        (archive(**{"word/document.xml": b"<w:document"}), "is broken"),
        (archive(**{"a.txt": b"a"}), "is an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "of an old version of Office"),
        (b"\x7fELF\x02\x01\x01\0\0", "is nothing that Parley can read"),
        (bomb(), "unpacks to 500 MB"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_says_why(content, why):
    with pytest.raises(Unreadable, match=why):
        await read(content)


async def test_a_million_rows_are_read_as_far_as_the_limit_goes():
    document = await read(excel(*([n] for n in range(60_000))))
    assert document.cut == "after 50,000 rows"
    assert "49999" in document.text
    assert "50001" not in document.text


async def test_a_document_that_takes_too_long_is_given_up():
    with pytest.raises(Unreadable, match="more time or memory"):
        await read(pdf("slow"), patience=0.0)


async def test_very_long_text_is_read_as_far_as_the_limit_goes():
    document = await read(b"word " * (texts.MOST // 5 + 1))
    assert (len(document.text), document.cut) == (texts.MOST, "after 5,000,000 characters")


@settings(deadline=None)
@given(st.text(max_size=5_000))
def test_passages_hold_every_word_once_and_in_order(text):
    found = [section.text for section in passages(Document((Section("", text),)))]
    assert all(0 < len(passage) <= LONGEST for passage in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_told_what_they_are(content):
    with suppress(Unreadable):
        if kind(content) == "text":
            texts.document(content)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from((pdf("The fox is red."), word("hello"), excel([1]), power_point("hello"))),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=30),
)
def test_damaged_documents_are_read_or_have_a_sentence(content, damage):
    """In this process, whose memory has no limit."""
    damaged = bytearray(content)
    for where, byte in damage:
        damaged[int(where * (len(damaged) - 1))] = byte
    answer = parse(bytes(damaged))
    assert answer.document or answer.unreadable.endswith(".")


def parse(content):
    with warnings.catch_warnings(action="ignore"):
        return _answer("pdf" if b"%PDF" in content else "zip", content)


async def test_a_page_that_unpacks_to_a_hundred_times_its_size_is_not_unpacked():
    page = zlib.compress(b"BT (x) Tj ET " + b" " * 200_000_000)
    head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(page)
    whole = pdf("x")
    start, end = whole.index(b"<<\n/Length"), whole.index(b"endstream")
    with pytest.raises(Unreadable, match=r"is broken|more time or memory"):
        await read(whole[:start] + head + page + b"\n" + whole[end:])
