"""A model's Markdown as Discord shows it."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.discord.limits import MESSAGE
from adapters.discord.markdown import shown
from adapters.markup import split

TABLE = """\
| Name | Age | City |
|:-----|----:|:----:|
| Ada | 36 | London |
| **Grace** | 85 | `New York` |
| 李 | 7 | a \\| b |"""


def test_a_table_is_columns_of_equal_width():
    assert shown(TABLE) == (
        "```\n"
        "Name   Age    City\n"
        "-----  ---  --------\n"
        "Ada     36   London\n"
        "Grace   85  New York\n"
        "李       7   a | b\n"
        "```"
    )


def test_a_table_that_is_too_wide_is_a_list():
    wide = f"| Word | Meaning |\n|---|---|\n| fox | {'an animal ' * 9}|\n|  | **none** |"
    assert shown(wide) == f"- **fox** · Meaning: {'an animal ' * 9}".strip() + (
        "\n- Meaning: **none**"
    )


def test_a_long_table_is_one_block_as_long_as_it_fits():
    rows = "\n".join(f"| {n:02} | x |" for n in range(60))
    assert shown(f"| a | b |\n|---|---|\n{rows}").count("```") == 2
    rows = "\n".join(f"| {n:020} | x |" for n in range(60))
    assert shown(f"| a | b |\n|---|---|\n{rows}").count("```") == 4


def test_a_long_list_has_no_gaps():
    rows = "\n".join(f"| {n} | {'long ' * 20}|" for n in range(40))
    drawn = shown(f"| a | b |\n|---|---|\n{rows}")
    assert drawn.count("\n- ") == 39
    assert "\n\n" not in drawn


def test_links_in_a_table_can_be_followed():
    assert shown("|A|B|\n|-|-|\n|x|[y](https://z)|") == "- **x** · B: [y](https://z)"


def test_a_table_stands_apart_from_the_words_around_it():
    assert shown("So:\n| a | b |\n|---|---|\n| 1 | 2 |\nRight?") == (
        "So:\n\n```\na  b\n-  -\n1  2\n```\nRight?"
    )


def test_what_only_looks_like_a_table_stays():
    for words in ("a | b", "a | b\n---", "| a | b |\n|---|", "x || y\n\n| z |", "|\n|"):
        assert shown(words) == words


def test_rows_of_any_length_fit_the_head():
    assert shown("|a|b|\n|-|-|\n|1|\n|1|2|3|") == ("```\na  b\n-  -----\n1\n1  2 | 3\n```")


def test_deep_headings_are_bold_and_pictures_are_links():
    text = '## Two\n#### Four **x** ##\nSee ![a fox](http://x/y.png "A fox") ![](http://z)'
    assert shown(text) == "## Two\n**Four x**\nSee [a fox](http://x/y.png) http://z"


def test_a_badge_is_a_link_to_where_it_leads():
    assert shown("[![CI](http://x/badge.svg)](http://ci)") == "[CI](http://ci)"


def test_what_is_code_stays_as_it_is():
    text = "`![x](y)` ``a ` ![x](y)``\n```md\n#### x\n![a](b)\n|a|b|\n|-|-|\n```"
    assert shown(text) == text


def test_other_fences_become_the_one_that_discord_knows():
    assert shown("~~~python title=x\n1\n~~~") == "```python\n1\n```"
    assert shown("````\n```py\n1\n```\n````") == "```\n`\u200b``py\n1\n`\u200b``\n```"


words = st.text("abc xyz", min_size=1, max_size=12)
lines = st.one_of(
    words,
    st.lists(words, min_size=2, max_size=4).map(lambda cells: f"| {' | '.join(cells)} |"),
    st.sampled_from(["", "|---|---|", "|:--|--:|---|", "```", "~~~", "````", "#### x", "![a](b)"]),
)


@given(st.lists(lines, max_size=60).map("\n".join))
@settings(deadline=None)
def test_no_word_is_lost(text):
    assume("\\" not in text)
    now = re.sub(r"[\s\u200b]+", " ", shown(text))
    for word in re.findall(r"[a-z]+", text.replace("![a](b)", "")):
        assert word in now


@st.composite
def tables(draw):
    columns = draw(st.integers(2, 5))
    wide = draw(st.sampled_from([4, 12, 40]))
    cell = st.text("abcdefgh ", min_size=1, max_size=wide)
    row = st.lists(cell, min_size=columns, max_size=columns).map(lambda c: f"| {' | '.join(c)} |")
    head = "| " + " | ".join(f"head {n}" for n in range(columns)) + " |"
    body = draw(st.lists(row, max_size=60))
    return "\n".join([head, "|---" * columns + "|", *body])


prose = st.text("abc def. ", min_size=1, max_size=1500)


@given(prose, tables(), prose, st.data())
@settings(max_examples=150, deadline=None)
def test_while_a_table_grows_only_the_last_piece_changes(before, table, after, data):
    text = f"{before}\n\n{table}\n\n{after}"
    length = data.draw(st.integers(0, len(text)))
    early = split(shown(text[:length]), MESSAGE)
    whole = split(shown(text), MESSAGE)
    assert early[:-1] == whole[: max(len(early) - 1, 0)]


def has_heads(piece):
    blocks = re.findall(r"```\n(.*?)\n```", piece, re.DOTALL)
    return all(re.fullmatch(r"[- ]*", block.split("\n")[1]) for block in blocks)


@given(tables())
@settings(max_examples=150, deadline=None)
def test_a_table_is_cut_between_its_rows_and_each_piece_has_its_head(table):
    pieces = split(shown(table), MESSAGE)
    assert all(len(piece) <= MESSAGE and has_heads(piece) for piece in pieces)


def test_the_longest_and_widest_table_too():
    rows = [f"| {number:028} | {number:028} |" for number in range(200)]
    pieces = split(shown("\n".join(["| a | b |", "|---|---|", *rows])), MESSAGE)
    assert len(pieces) == 8
    assert all(has_heads(piece) for piece in pieces)
    assert sum(piece.count("\n000") for piece in pieces) == 200
