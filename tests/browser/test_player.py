"""Something to listen to, by eye, pointer and keyboard."""

import pytest
from playwright.async_api import expect

from bot.parts import File, Voice
from tests.browser.page import ask
from tests.page import samples
from tests.page.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def speech(_parley, _event, screen, _stop):
    screen.show(Voice("speech.wav", samples.wav(20), 20.0, bytes([0, 128, 255, 64])))
    screen.show(File("song.wav", samples.wav(3)))
    screen.show(Voice("broken.ogg", b"OggS and no more", 2.0, key="broken"))


async def test_a_voice_is_played_paused_and_sought_by_keyboard_one_at_a_time(visit):
    async with House(script=speech) as house:
        page = await visit(house)
        await ask(page, "speak")
        await expect(page.locator("audio").first).to_have_js_property("duration", 20)
        await page.get_by_role("button", name="Play speech.wav").press("Enter")
        await expect(page.get_by_role("button", name="Pause speech.wav")).to_be_focused()
        await page.get_by_role("button", name="Play song.wav").click()
        await expect(page.get_by_role("button", name="Play speech.wav")).to_be_visible()
        seek = page.get_by_role("slider", name="Position in speech.wav")
        await seek.press("Home")
        await expect(seek).to_have_attribute("aria-valuetext", "0:00 of 0:20")
        for _ in range(2):
            await seek.press("ArrowRight")
        await expect(seek).to_have_attribute("aria-valuetext", "0:10 of 0:20")
        await expect(page.locator("time").first).to_have_text("0:10 / 0:20")
        played = "e => getComputedStyle(e).getPropertyValue('--played')"
        assert await page.locator(".wave").first.evaluate(played) == "0.5"
        await seek.press("Space")
        await expect(page.get_by_role("button", name="Pause speech.wav")).to_be_visible()


async def test_the_waveform_is_drawn_as_it_was_measured_and_what_cannot_be_played_is_told(visit):
    async with House(script=speech) as house:
        page = await visit(house)
        await ask(page, "speak")
        drawn = await page.locator(".wave path").first.get_attribute("d")
        heights = [part.split(" ")[1].split("V") for part in drawn.split("M")[1:]]
        assert [round((float(low) - float(high)) / 2, 2) for high, low in heights] == [
            0.04, 0.5, 1, 0.25,
        ]  # fmt: skip
        await expect(page.locator(".wave").nth(1)).to_have_class("wave flat")
        await expect(page.locator(".player p")).to_have_text(
            "This browser cannot play “broken.ogg”: download it to listen."
        )
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Download song.wav").click()
        assert (await waiting.value).suggested_filename == "song.wav"
