"""What people wrote is text, wherever it stands."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from bot.admin.bars import Column, columns
from bot.admin.elements import HTML, element, joined
from bot.admin.page import alert, document, section, table, tiles
from tests.admin.desk import HERE, admin_desk

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>&lt;"""
WILD = st.text(st.characters(codec=None) | st.sampled_from("<>&\"'=/ \n`"), max_size=60)


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data

    @classmethod
    def of(cls, html):
        seen = cls()
        seen.feed(html)
        seen.close()
        return seen


@given(WILD)
def test_any_text_stays_text_and_comes_out_as_it_was(text):
    seen = Seen.of(element("p", text, title=text))
    assert seen.tags == ["p"]
    assert [name for name, _ in seen.attributes] == ["title"]
    assert seen.text == text
    assert seen.attributes[0][1] == text


@given(st.lists(WILD, min_size=2, max_size=2))
def test_whatever_a_page_is_made_of_it_has_the_same_elements(texts):
    def made(one, other):
        return Seen.of(joined(
            section(one, table((one, other), [(one, other)], ""), note=other),
            tiles((one, other, one + "x")), alert(other), columns([Column(one, 1.0)], other),
        )).tags  # fmt: skip

    plain = made("a", "b")
    one, other = texts
    assert made(one or "a", other or "b") == plain


@given(WILD)
def test_a_page_can_be_sent_whatever_is_in_it(text):
    assert document(text, text).body.decode()


def test_a_text_cannot_pass_itself_off_as_html():
    assert joined("<b>", HTML("<i>"), ["<u>", None, 3]) == "&lt;b&gt;<i>&lt;u&gt;3"


async def test_nasty_names_of_people_models_and_jobs_are_text_on_every_page(tmp_path):
    async with admin_desk(tmp_path) as desk:
        await desk.known(ADA=NASTY)
        await desk.book(model=NASTY, channel=f"slack:T1:{NASTY}", capability=NASTY)
        await desk.book(1, author=f"slack:T1:{NASTY}")
        await desk.under_way(author=NASTY, command=NASTY)
        await desk.under_way(place=HERE.__class__("slack", "T1", NASTY, "2.2"))
        await desk.calling(NASTY, model=NASTY, capability=NASTY)
        await desk.job("batch_1", NASTY)
        await desk.case(1, NASTY, NASTY)
        desk.services.providers.transport("chat")._paces[NASTY]
        async with await desk.browser() as browser:
            for path in ("", "/spending", "/work", "/moderation", "/limits"):
                html = await (await browser.get(f"/admin{path}")).text()
                seen = Seen.of(html)
                assert not {"script", "img"} & set(seen.tags), path
                assert not [name for name, _ in seen.attributes if name.startswith("on")], path
