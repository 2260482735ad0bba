"""Markdown as a person would read it aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.spoken import spoken


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Some **bold** and _soft_ ~~old~~ `code()` here.", "Some bold and soft old code() here."),
        ("# Title\ntext", "Title.\ntext."),
        ("See [the docs](https://x.y/z?q=1).", "See the docs."),
        ("Go to https://www.example.com/a/b?c=d.", "Go to example.com."),
        ("<https://example.com/a>", "example.com."),
        ("![a fox](x.png)", "picture: a fox."),
        ("```python\na = 1\n\nb = 2\n```", "Code in python, 3 lines."),
        ("```\nx\n```", "Code, 1 line."),
        ("- one\n- two\n  - three", "one.\ntwo.\nthree."),
        ("3. one\n4. two", "3: one.\n4: two."),
        ("- [x] sent\n- [ ] paid", "Done: sent.\nTo do: paid."),
        ("> quoted\n\nanswer", "quoted.\nanswer."),
        ("one\n\n---\n\ntwo!", "one.\ntwo!"),
        ("Great :tada: :thumbs_up::skin-tone-2: at 10:30:45", "Great tada thumbs up at 10:30:45."),
        ("<:parrot:123456789012345678> hi", "parrot hi."),
        ("a <b>c</b> &amp; d\n\n<div>e</div>", "a c & d.\ne."),
        ("| Name | Age |\n|--|--|\n| Fox | 3 |\n| Bear | |", "Name: Fox, Age: 3.\nName: Bear."),
        ("| Name |\n|--|", "Name."),
        ("snake_case 2 * 3 * 4 5 < 6", "snake_case 2 * 3 * 4 5 < 6."),
        (
            "See <https://example.com/a?x=1>, https://b.example.org/c_(d).",
            "See example.com, b.example.org.",
        ),
        ("(as www.example.com/path says)", "(as example.com says)"),
        ("[](https://a.b/c) and [![badge](b.svg)](https://c.d)", "a.b and picture: badge."),
        ("one<br>two<br/>three", "one\ntwo\nthree."),
        (
            "👍🏽 Done! 🎉🎉🎉 ☺️ 👩‍💻 🇩🇪",
            "thumbs up sign Done! party popper white smiling face woman personal computer flag.",
        ),
        ("1️⃣ first, 5 © 2026 → ok", "1 first, 5 © 2026 → ok."),
        ("🎉", "party popper."),
        ("||the butler|| did it", "the butler did it."),
        ("at <t:1700000000:R>", "at 14 November 2023, 22:13."),
        ("| Fox |\n|--|\n| 👍 |", "Fox: thumbs up sign."),
        ("", ""),
    ],
)
def test_it_is_read_as_a_person_would(written, read):
    assert spoken(written) == read


@given(st.text(alphabet="ab \n`*_[]()!|-:#>~<1.&", max_size=200))
def test_whatever_is_written_can_be_read(text):
    assert isinstance(spoken(text), str)


@given(st.lists(st.sampled_from(["fox", "bear", "**owl**", "*hare*", "end."]), min_size=1))
def test_no_word_of_plain_text_is_left_out(words):
    plain = [word.strip("*") for word in words]
    assert [word.strip(".") for word in spoken(" ".join(words)).split()] == [
        word.strip(".") for word in plain
    ]
