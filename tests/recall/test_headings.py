"""A group of texts is called by the words that the others have not."""

from hypothesis import given
from hypothesis import strategies as st

from bot.recall.headings import WORDS, headings

BIRDS = ["Where does the heron nest?", "Herons nest in reeds, please note", "A Heron at Balaton"]
MONEY = ["Please check the invoice", "The invoice of May, please", "VAT of the invoice is wrong"]


def test_a_heading_has_what_tells_a_group_from_the_others():
    birds, money = headings([BIRDS, MONEY])
    assert birds.split(", ")[:2] == ["Heron", "nest"] or birds.split(", ")[:2] == ["heron", "nest"]
    assert money.split(", ")[0] == "invoice"
    assert "please" not in f"{birds} {money}".casefold()


def test_a_group_alone_is_called_by_what_is_said_most():
    assert headings([MONEY])[0].startswith("invoice")


def test_another_form_of_a_word_is_no_second_word():
    (heading,) = headings([["heron", "herons", "heron's", "herons"]])
    assert heading.count("heron") == 1


def test_links_and_numbers_and_what_is_everywhere_say_nothing():
    assert headings([["the 12345 https://example.com/heron and", "a 99"]]) == [""]


def test_words_without_blanks_between_are_words():
    assert headings([["鹭鸟", "鹭鸟"], ["发票", "发票"]]) == ["鹭鸟", "发票"]


@given(st.lists(st.lists(st.text(), min_size=1), max_size=5))
def test_whatever_is_said_each_group_has_a_heading_of_few_words(groups):
    heads = headings(groups)
    assert len(heads) == len(groups)
    assert all(len(head.split(", ")) <= WORDS for head in heads)
