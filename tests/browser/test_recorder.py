"""What one says into the microphone. The browser's own fake microphone beeps once a second."""

import pytest
from playwright.async_api import expect

from adapters.page import uploads
from tests.page.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ALLOWED = {"permissions": ["microphone"]}


async def test_a_voice_message_is_recorded_listened_to_and_sent(visit):
    async with House() as house:
        page = await visit(house, **ALLOWED)
        await page.get_by_role("button", name="Record a voice message").click()
        recording = page.get_by_role("group", name="Recording")
        await expect(recording.get_by_role("button", name="Stop")).to_be_focused()
        await expect(recording.get_by_role("timer")).to_have_text("0:01")
        await expect(recording.locator(".wave path")).to_have_count(1)
        await page.keyboard.press("Enter")
        await expect(recording).to_be_hidden()
        await expect(page.locator("#attached").get_by_role("button", name="Play")).to_be_visible()
        await expect(page.locator("#attached .wave path")).to_have_count(2)
        await expect(page.locator("#text")).to_be_focused()
        await expect(page.locator("#send")).to_be_enabled()
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine .voice .play")).to_be_visible()
        (event,) = house.parley.events.values()
        (spoken,) = event.attachments
        assert spoken.spoken
        assert spoken.media_type == "audio/webm"
        assert 1 <= spoken.seconds < 10
        assert spoken.size > 1000


async def test_a_recording_is_discarded_and_one_may_record_again(visit):
    async with House() as house:
        page = await visit(house, **ALLOWED)
        record = page.get_by_role("button", name="Record a voice message")
        for give_up in ("Escape", "Shift+Tab", "Shift+Tab"):  # by its key, or its button
            await record.click()
            await expect(page.get_by_role("button", name="Stop")).to_be_focused()
            await page.keyboard.press(give_up)
            if give_up != "Escape":
                await page.keyboard.press("Enter")
            await expect(record).to_be_visible()
        await expect(page.locator("#attached")).to_be_hidden()
        assert not list(house.folder.rglob("new/*"))


async def test_a_recording_ends_before_it_is_too_large_to_send(visit, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 36_000)
    async with House() as house:
        page = await visit(house, **ALLOWED)
        await page.get_by_role("button", name="Record a voice message").click()
        await expect(page.locator("#attached .player")).to_be_visible(timeout=10_000)
        await expect(page.get_by_role("group", name="Recording")).to_be_hidden()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("NotAllowedError", "allow it in the browser's address bar"),
        ("NotFoundError", "There is no microphone here"),
        ("NotReadableError", "The microphone is busy"),
    ],
)
async def test_a_microphone_that_cannot_be_used_is_told(visit, error, sentence):
    async with House() as house:
        page = await visit(house)
        refuse = """e => navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException("", e);
        }"""
        if error != "NotAllowedError":  # which the browser says by itself, unasked
            await page.evaluate(refuse, error)
        record = page.get_by_role("button", name="Record a voice message")
        await record.click()
        await expect(page.locator("#problem")).to_contain_text(sentence)
        await expect(record).to_be_enabled()


async def test_where_a_browser_lets_no_page_record_the_way_is_told(visit):
    async with House() as house:
        page = await visit(house)
        await page.evaluate("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        await page.get_by_role("button", name="Record a voice message").click()
        await expect(page.locator("#problem")).to_contain_text("https:// or on localhost")
