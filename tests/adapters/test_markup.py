import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.markup import _open_fence, clean, split

bits = st.sampled_from(
    ["word ", "A sentence. ", "\n", "\n\n", "```", "```python\n", "```\n", "~~~~\n", "`", " ", "é",
     "[a link](https://example.org/a/b?c=d)", "👩‍👩‍👧", "🇩🇪", "e\u0301", "x" * 40, "    indented\n",
     "# Title\n", "| a | b |\n", "|---|---|\n", "- item\n", "你好。", "\r\n", "[", "](", "\ud83d",
     "\0"]
)  # fmt: skip
wild = st.lists(bits | st.text(max_size=30), max_size=120).map("".join)


@given(wild, st.integers(100, 300))
def test_no_piece_is_over_the_limit_or_blank_and_each_closes_its_fences(text, limit):
    for piece in split(text, limit):
        assert len(piece) <= limit
        assert piece.strip()
        assert _open_fence(piece) is None


@given(wild.filter(lambda text: not re.search("```|~~~|-", text)), st.integers(100, 300))
def test_without_fences_and_tables_the_pieces_are_the_text(text, limit):
    pieces = split(text, limit)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(wild, st.integers(100, 300))
def test_no_word_is_lost(text, limit):
    words = "".join(f"w{i:03} " for i in range(60))
    mixed = words[:150] + text + words[150:]
    found = iter(re.findall(r"w\d{3}", "".join(split(mixed, limit))))
    assert all(word in found for word in words.split())  # in this order


@given(wild, wild, st.integers(100, 300))
def test_a_full_piece_does_not_change_when_more_is_written(text, more, limit):
    before, after = split(text, limit), split(text + more, limit)
    assert after[: len(before[:-1])] == before[:-1]


@given(wild)
def test_pieces_stay_the_same_while_the_text_is_written_letter_by_letter(text):
    earlier: list[str] = []
    for end in range(len(text) + 1):
        pieces = split(text[:end], 100)
        assert pieces[: len(earlier[:-1])] == earlier[:-1]
        earlier = pieces


@pytest.mark.parametrize("text", ["", " ", "\n\n\n" * 500, "\t" * 5000])
def test_nothing_to_read_is_no_piece(text):
    assert split(text, 200) == []


@pytest.mark.parametrize("text", ["`" * 9000, "[" * 9000, "x" * 9000, "https://" + "a" * 9000])
def test_a_text_without_a_place_to_break_is_cut_all_the_same(text):
    assert "".join(split(text, 2000)) == text


def test_breaks_are_between_paragraphs_rather_than_lines_sentences_or_words():
    paragraph = "One line.\nAnother line. It has two sentences.\n\n"
    assert all(piece.endswith("\n\n") for piece in split(paragraph * 20, 200))
    assert all(piece.endswith("\n") for piece in split("A line of a list\n" * 60, 200))
    assert all(piece.endswith(". ") for piece in split("It has words. " * 60, 200))
    assert all(piece.endswith(" ") for piece in split("word " * 200, 200))


def test_code_that_goes_on_in_the_next_piece_is_reopened_with_its_language():
    first, second, *_ = split("Look:\n\n```python\n" + "print('a line')\n" * 20 + "```\nDone.", 200)
    assert first.startswith("Look:\n\n```python\nprint(")
    assert first.endswith("print('a line')\n```")
    assert second.startswith("```python\nprint('a line')\n")


def test_a_fence_that_would_open_at_the_end_of_a_piece_opens_in_the_next():
    first, second = split("x" * 180 + "\n```py\n" + "y = 1\n" * 10 + "```\n", 200)
    assert "```" not in first
    assert second.startswith("```py\ny = 1\n")


def test_a_table_that_goes_on_in_the_next_piece_has_its_head_again():
    head = "| name | born |\n|:--|--:|\n"
    rows = [f"| person {number} | 18{number:02} |\n" for number in range(40)]
    first, *more = split(f"Look:\n\n{head}{''.join(rows)}\nDone.", 300)
    assert first.startswith(f"Look:\n\n{head}| person 0")
    assert all(piece.startswith(head) for piece in more)
    found = "".join([first, *more]).replace(head, "")
    assert found == f"Look:\n\n{''.join(rows)}\nDone."


def test_a_table_without_bars_at_its_sides_has_its_head_again():
    head = "name | born\n--- | ---\n"
    _, *more = split(head + "Ada | 1815\n" * 30, 200)
    assert more
    assert all(piece.startswith(head + "Ada") for piece in more)


@pytest.mark.parametrize("seen", ["| name | born |\n", "| name | born |\n|---|---|\n"])
def test_the_head_of_a_table_stays_with_its_rows(seen):
    before = "x" * (190 - len(seen)) + "\n"
    table = "| name | born |\n|---|---|\n| Ada | 1815 |\n"
    first, second = split(before + table, 200)
    assert (first, second) == (before, table)


def test_what_follows_a_table_gets_no_head():
    table = "| a | b |\n|---|---|\n" + "| c | d |\n" * 16
    first, second = split(table + "And so on, " * 10, 200)
    assert (first, second) == (table, "And so on, " * 10)


def test_bars_in_code_are_no_table():
    code = "```\n| a |\n|---|\n" + "| b |\n" * 60 + "```"
    assert all(piece.startswith("```\n| b |") for piece in split(code, 200)[1:])


def test_a_list_is_cut_between_its_items_rather_than_within_one():
    item = "- The first line of an item\n  and its second line\n"
    pieces = split(item * 20, 200)
    assert len(pieces) > 1
    assert all(piece.startswith("- The first") for piece in pieces)


def test_a_link_and_a_family_stay_whole():
    link = "[what the manual says](https://example.org/manual)"
    assert any(link in piece for piece in split("x" * 150 + link + "y" * 100, 200))
    assert any("👩‍👩‍👧" in piece for piece in split("x" * 189 + "👩‍👩‍👧" + "y" * 50, 200))


def test_a_limit_too_small_to_hold_a_fence_is_refused():
    with pytest.raises(ValueError, match="too small"):
        split("text", 10)


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_clean_text_can_be_sent(text):
    assert "\0" not in clean(text)
    clean(text).encode()


def test_clean_joins_a_pair_and_replaces_half_of_one():
    assert clean("a\ud83d\ude00b\ud83dc") == "a😀b\ufffdc"
