"""Pictures, sound, files and cards, as one sees and hears them; and how one attaches files."""

import asyncio

import pytest
from playwright.async_api import expect

from adapters.page import uploads
from bot.parts import Button, Buttons, Card, Delta, File, Image, Text, Voice
from tests.browser.page import ask
from tests.page import samples
from tests.page.house import DONE, House, echo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOX = Image("fox.png", samples.png(600, 400), "A fox in the snow")
NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}
PICTURE = {"name": "fox.png", "mimeType": "image/png", "buffer": samples.png(60, 40)}


async def everything(_parley, _event, screen, _stop):
    screen.show(Card("A fox", "*painting*", (("Size", "large"),), 0.25, "running"))
    screen.show(Text("Here they are."))
    screen.show(FOX)
    screen.show(Voice("speech.wav", samples.wav(3), 3.0))
    screen.show(File("table.csv", b"a,b\n" * 300))
    screen.show(Buttons((Button("Regenerate", "regenerate"),), feedback=True))


async def test_a_picture_has_its_words_and_is_enlarged_and_put_back(visit):
    async with House(script=everything) as house:
        page = await visit(house)
        await ask(page, "paint")
        picture = page.get_by_role("button", name="Enlarge the picture: A fox in the snow")
        await picture.press("Enter")
        large = page.get_by_role("dialog").get_by_role("img", name="A fox in the snow")
        await expect(large).to_be_visible()
        await expect(page.locator("#lightbox a")).to_have_attribute("download", "fox.png")
        await page.keyboard.press("Escape")
        await expect(large).to_be_hidden()
        await expect(picture).to_be_focused()


async def test_a_picture_has_its_room_before_it_is_there(visit):
    async with House(script=everything) as house:
        page = await visit(house)
        arrived = asyncio.Event()

        async def late(route):
            await arrived.wait()
            await route.continue_()

        await page.route("**/fox.png", late)
        await ask(page, "paint")
        await expect(page.locator(".answer .rate.good")).to_be_visible()
        before = await page.locator(".answer").bounding_box()
        arrived.set()
        await expect(page.locator(".picture img")).to_have_js_property("naturalWidth", 600)
        assert await page.locator(".answer").bounding_box() == before
        picture = await page.locator(".picture").bounding_box()
        assert round(picture["width"] / picture["height"], 2) == 1.5


async def test_voice_is_played_and_a_file_is_saved_under_its_name(visit):
    async with House(script=everything) as house:
        page = await visit(house)
        await ask(page, "speak")
        await expect(page.locator(".voice figcaption")).to_have_text("speech.wavDownload")
        await expect(page.locator(".voice time")).to_have_text("0:03")
        await expect(page.locator("audio")).to_have_js_property("duration", 3)
        link = page.get_by_role("link", name="table.csv 1.2 kB")
        async with page.expect_download() as waiting:
            await link.click()
        download = await waiting.value
        assert download.suggested_filename == "table.csv"


async def test_what_is_played_goes_on_while_the_answer_grows(visit):
    go = asyncio.Event()

    async def slow(_parley, _event, screen, _stop):
        screen.show(Voice("speech.wav", samples.wav(3), 3.0))
        await go.wait()
        screen.show(Delta("And some words."))
        screen.show(FOX)
        screen.show(DONE)

    async with House(script=slow) as house:
        page = await visit(house)
        await ask(page, "speak")
        await expect(page.locator(".player")).to_be_visible()
        await page.eval_on_selector("audio", "audio => audio.mark = 1")
        go.set()
        await expect(page.locator(".picture")).to_be_visible()
        assert await page.eval_on_selector("audio", "audio => audio.mark") == 1


async def test_a_card_shows_how_far_it_is_and_how_it_ended(visit):
    go = asyncio.Event()

    async def work(_parley, _event, screen, _stop):
        screen.show(Card("A fox", "*painting*", (("Size", "large"),), 0.25, "running"))
        await go.wait()
        screen.show(Card("A fox", "Painted.", state="done"))

    async with House(script=work) as house:
        page = await visit(house)
        await ask(page, "paint")
        card = page.get_by_role("region", name="A fox")
        await expect(card.get_by_role("progressbar")).to_have_attribute("value", "0.25")
        await expect(card.locator("em")).to_have_text("painting")
        await expect(card.locator("dt")).to_have_text("Size")
        go.set()
        await expect(card.locator("header")).to_have_text("A foxDone")
        await expect(card.get_by_role("progressbar")).to_be_hidden()


async def test_what_one_thinks_is_shown_pressed_and_keeps_the_focus(visit):
    async def thank(_parley, event, screen, _stop):
        if getattr(event, "command", "") in {"good", "bad"}:
            screen.show(Text("Thank you, noted."))
        else:
            await everything(_parley, event, screen, _stop)

    async with House(script=thank) as house:
        house.parley.private = {"good", "bad"}
        page = await visit(house)
        await ask(page, "hello")
        good = page.get_by_role("button", name="Good answer")
        await good.press("Enter")
        await expect(page.locator(".answer .aside")).to_have_text("Thank you, noted.")
        await expect(good).to_have_attribute("aria-pressed", "true")
        await expect(good).to_be_focused()
        await expect(page.get_by_role("button", name="Bad answer")).to_have_attribute(
            "aria-pressed", "false"
        )
        await expect(page.locator(".markdown").last).to_have_text("Here they are.")


async def test_chosen_files_wait_above_the_box_and_go_with_the_message(visit):
    async with House(script=echo) as house:
        page = await visit(house)
        await expect(page.get_by_role("button", name="Attach files")).to_be_visible()
        await page.set_input_files("#files", [NOTES, PICTURE, {**NOTES, "name": "other.txt"}])
        chips = page.locator("#attached li")
        await expect(chips.locator("b")).to_have_text(["notes.txt", "fox.png", "other.txt"])
        await page.get_by_role("button", name="Remove other.txt").click()
        await expect(chips).to_have_count(2)
        await expect(page.locator("#send")).to_be_enabled()
        await ask(page, "look at these")
        await expect(chips).to_have_count(0)
        await expect(page.locator(".answer .markdown")).to_have_text("You said: look at these")
        mine = page.locator(".mine")
        await expect(mine.get_by_role("link", name="notes.txt 5 bytes")).to_be_visible()
        await expect(mine.locator(".picture")).to_be_visible()
        (event,) = house.parley.events.values()
        assert [file.name for file in event.attachments] == ["notes.txt", "fox.png"]


@pytest.mark.parametrize("way", ["drop", "paste"])
async def test_files_are_dropped_and_pasted(visit, way):
    async with House() as house:
        page = await visit(house)
        give = """way => {
            const files = new DataTransfer();
            files.items.add(new File(["hello"], "notes.txt", {type: "text/plain"}));
            const target = document.querySelector(way === "drop" ? "#scroll" : "#text");
            const event = (type) => way === "drop"
                ? new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true})
                : new ClipboardEvent(type, {clipboardData: files, bubbles: true, cancelable: true});
            if (way === "drop") target.dispatchEvent(event("dragover"));
            const veiled = !document.querySelector("#drop").hidden;
            target.dispatchEvent(event(way));
            return veiled;
        }"""
        assert await page.evaluate(give, way) is (way == "drop")
        await expect(page.locator("#attached b")).to_have_text(["notes.txt"])
        await expect(page.locator("#drop")).to_be_hidden()
        await expect(page.locator("#send")).to_be_enabled()
        await page.press("#text", "Enter")
        await expect(page.locator(".mine .file b")).to_have_text("notes.txt")


async def test_enter_waits_for_the_files_that_are_on_their_way(visit):
    async with House() as house:
        page = await visit(house)
        arrived = asyncio.Event()

        async def late(route):
            await arrived.wait()
            await route.continue_()

        await page.route("**/media/ada?*", late)
        await page.set_input_files("#files", [NOTES])
        await ask(page, "look at this")
        await expect(page.locator("#attached small")).to_have_text("Uploading…")
        assert not house.parley.events
        arrived.set()
        await expect(page.locator(".answer .markdown")).to_have_text("You said: look at this")
        (event,) = house.parley.events.values()
        assert [file.name for file in event.attachments] == ["notes.txt"]


async def test_a_file_that_is_not_taken_is_told_above_the_box(visit, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    async with House() as house:
        page = await visit(house)
        await page.set_input_files("#files", [{**NOTES, "buffer": b"x" * 1500}])
        await expect(page.locator("#problem")).to_have_text(
            "“notes.txt” has 1.5 kB; 1 kB is the most."
        )
        await expect(page.locator("#attached")).to_be_hidden()
        await page.route("**/media/**", lambda route: route.abort())
        await page.fill("#text", "")
        await page.set_input_files("#files", [NOTES])
        await page.press("#text", "Enter")
        await expect(page.locator("#problem")).to_have_text(
            "Parley is out of reach, so “notes.txt” was not attached."
        )
        await expect(page.locator("#send")).to_be_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
async def test_all_that_is_shown_fits_and_has_a_name(visit, tmp_path, scheme, width):
    async with House(script=everything) as house:
        page = await visit(house, color_scheme=scheme, viewport={"width": width, "height": 900})
        await page.set_input_files("#files", [PICTURE, {**NOTES, "name": f"{'long' * 30}.txt"}])
        await ask(page, "everything")
        await expect(page.locator(".answer .rate.good")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        for one in await page.locator("article :is(button, a, img, input, progress)").all():
            named = "e => e.ariaLabel || e.alt || e.textContent.trim()"
            assert await one.evaluate(named), await one.evaluate("e => e.outerHTML")
        assert await page.screenshot(path=tmp_path / "page.png")
