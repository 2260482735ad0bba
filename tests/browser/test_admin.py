"""The admin pages in a real browser: with a phone's width, in light and in dark."""

import pytest
import pytest_asyncio

from tests.admin.desk import WORD, admin_desk, busy

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PAGES = ["", "/spending", "/work", "/moderation", "/limits"]
WIDE, PHONE, NARROW = ((w, 800) for w in (1200, 390, 320))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path):
    async with admin_desk(tmp_path) as desk:
        await busy(desk)
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def enter(browser, desk):
    """Somebody who has logged in; an error in the console fails the test."""
    contexts, troubles = [], []

    async def opened(size=WIDE, scheme="light"):
        viewport = {"width": size[0], "height": size[1]}
        context = await browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        await page.goto(f"{desk.address}/admin")
        await page.fill("#password", WORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("nav")
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert troubles == []


@pytest.mark.parametrize("size", [WIDE, PHONE, NARROW], ids=lambda size: f"{size[0]}")
async def test_nothing_is_wider_than_the_screen(desk, enter, size):
    page = await enter(size)
    for path in PAGES:
        await page.goto(f"{desk.address}/admin{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        cut = """[...document.querySelectorAll("main *, header *")].filter(one =>
            one.getBoundingClientRect().right > innerWidth + 1 && one.clientWidth > 1).length"""
        assert await page.evaluate(cut) == 0, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_has_enough_contrast(desk, enter, scheme):
    page = await enter(WIDE, scheme)
    for path in PAGES:
        await page.goto(f"{desk.address}/admin{path}")
        assert await page.evaluate(CONTRAST) >= 4.5, path


CONTRAST = """() => {
    const part = c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4
    const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b)
    const numbers = text => text.match(/[\\d.]+/g).map(Number)
    const ground = one => {
        for (; one; one = one.parentElement) {
            const color = numbers(getComputedStyle(one).backgroundColor)
            if (color.length < 4 || color[3] > 0) return color
        }
        return [255, 255, 255]
    }
    const written = [...document.querySelectorAll("body *")].filter(one =>
        !one.closest("svg") && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    return Math.min(...written.map(one => {
        const [a, b] = [light(numbers(getComputedStyle(one).color)), light(ground(one))]
        return (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    }))
}"""


async def test_the_chart_has_a_bar_a_day_and_its_figures_as_a_table(desk, enter):
    page = await enter()
    await page.click("text=Spending")
    bars = page.locator(".columns .bar")
    assert await bars.count() == 23
    heights = [(await bars.nth(n).bounding_box())["height"] for n in range(23)]
    box = await page.locator(".columns").bounding_box()
    assert max(heights) == pytest.approx(box["height"], abs=2)
    assert min(heights) < max(heights) / 4
    await page.click("summary")
    assert await page.locator("details tbody tr:visible").count() == 23


async def test_a_period_is_chosen_by_the_keyboard(desk, enter):
    page = await enter()
    await page.goto(f"{desk.address}/admin/spending")
    await page.select_option("select[name=period]", "7 days")
    await page.press("select[name=period]", "Tab")
    await page.click("text=Show")
    await page.wait_for_url("**/spending?**")
    assert await page.locator(".columns .bar").count() == 7


async def test_a_case_is_decided_with_one_tap_on_a_phone(desk, enter):
    page = await enter(PHONE)
    await page.goto(f"{desk.address}/admin/moderation")
    assert await page.locator(".cases > li").count() == 2
    await page.locator(".cases > li").first.get_by_role("button", name="Approve").click()
    await page.wait_for_selector(".alert.good")
    assert await page.locator(".cases > li").count() == 1
    assert [event.command for event in desk.accepted] == ["approve_case"]


async def test_everything_that_is_tapped_is_large_enough(desk, enter):
    page = await enter(PHONE)
    for path in PAGES:
        await page.goto(f"{desk.address}/admin{path}")
        small = """[...document.querySelectorAll("button, nav a, select, input:not([type=hidden])")]
            .filter(one => one.getBoundingClientRect().height < 32).length"""
        assert await page.evaluate(small) == 0, path


async def test_who_logs_out_sees_the_login_again(desk, enter):
    page = await enter()
    await page.click("text=Log out")
    await page.wait_for_selector("#password")
    await page.goto(f"{desk.address}/admin/spending")
    assert page.url.endswith("/admin/login")
