"""Personal data goes out of a text, and nothing else does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.dataset.redaction import redacted

LETTERS = st.text("abcdefghijklmnopqrstuvwxyzäöü", min_size=1, max_size=12)
AROUND = st.sampled_from(["", " ", "Call ", "(", "„", "x: ", "\n", "- "])
AFTER = st.sampled_from(["", " ", ".", ", please", ")", "!", "\n", "?"])

KNOWN = [
    ("ada@example.com", "[email]"),
    ("ada.lovelace+news@mail.example.co.uk", "[email]"),
    ("+49 30 901820", "[phone]"),
    ("(555) 010-4477", "[phone]"),
    ("555-010-4477", "[phone]"),
    ("030 90 18 20", "[phone]"),
    ("+1-555-010-4477", "[phone]"),
    ("4111 1111 1111 1111", "[card]"),
    ("4111-1111-1111-1111", "[card]"),
    ("378282246310005", "[card]"),
    ("DE89 3704 0044 0532 0130 00", "[iban]"),
    ("GB82WEST12345698765432", "[iban]"),
    ("123-45-6789", "[id]"),
    ("192.168.1.17", "[ip]"),
    ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[ip]"),
    ("<@U024BE7LH>", "[person]"),
    ("<@!80351110224678912>", "[person]"),
    ("<@&80351110224678912>", "[person]"),
    ("<#C024BE7LR|general>", "[person]"),
    ("@ada", "[person]"),
    ("U024BE7LH1", "[id]"),
    ("80351110224678912", "[id]"),
    ("sk-proj-abcdefghij0123456789", "[secret]"),
    ("xoxb-1234567890-abcdefghijkl", "[secret]"),
    ("ghp_abcdefghijklmnopqrstuvwx0123", "[secret]"),
    ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-na_ture", "[secret]"),
]


@pytest.mark.parametrize(("text", "sign"), KNOWN)
def test_what_has_a_form_of_its_own_is_found(text, sign):
    assert redacted(f"Ask {text} about it.") == f"Ask {sign} about it."


@pytest.mark.parametrize("text", [
    "In 2026 there were 1,234,567 rows and 3.14159 of them mattered.",
    "From 2026-11-29 to 29.11.2026, at 17:28:00.",
    "Version 3.11.7 of Python, 192.168 of it.",
    "def f(x):\n    return x[0:10] + 1_000_000\n",
    "The answer is 42; 6 * 7 = 42, 100 200 300.",
    "SELECT * FROM calls WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9)",
    "A UUID: 3f2b8c1e-9d4a-4b6f-8e21-7a5c9d0b1e2f",
    "1 2 3 4 5 6 7 8",
    "12345678901",
    "ISBN-free prose: the 1990s, 24/7, 50%, 3 to 4 days, 10^9.",
])  # fmt: skip
def test_what_is_no_personal_data_stays(text):
    assert redacted(text) == text


@given(before=AROUND, local=LETTERS, domain=LETTERS, after=AFTER)
def test_no_address_is_left_wherever_it_stands(before, local, domain, after):
    told = redacted(f"{before}{local}@{domain}.example{after}")
    assert "@" not in told
    assert domain + ".example" not in told


def card(digits):
    """With its check digit."""
    total = sum(
        n - 9 if (n := int(d) * (2 if place % 2 == 0 else 1)) > 9 else n
        for place, d in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


@given(st.text("0123456789", min_size=14, max_size=15), st.sampled_from(["", " ", "-"]), AFTER)
def test_no_card_number_is_left_however_it_is_grouped(digits, gap, after):
    number = card("4" + digits[1:])
    grouped = gap.join(number[i : i + 4] for i in range(0, len(number), 4))
    told = redacted(f"My card is {grouped}{after}")
    assert re.sub(r"\D", "", told) == ""


@given(
    st.integers(1, 999), st.integers(10, 999), st.integers(100_000, 9_999_999),
    st.sampled_from([" ", "-", ".", "/"]), AFTER,
)  # fmt: skip
def test_no_international_number_is_left(country, area, line, gap, after):
    told = redacted(f"Call +{country}{gap}{area}{gap}{line}{after}")
    assert str(line) not in told


@given(st.text(max_size=200))
def test_whatever_is_written_nothing_breaks_and_twice_is_as_once(text):
    once = redacted(text)
    assert redacted(once) == once


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["1 ", "a.", "a@", "@a", "1-", "(", "+1", "a@a.", "ABCD1234 ", ":1"]
)
def test_long_texts_of_one_kind_take_no_long_time(piece):
    redacted(piece * 20_000)
