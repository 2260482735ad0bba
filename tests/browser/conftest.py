"""A real Chromium before the real server."""

import pytest_asyncio
from playwright.async_api import async_playwright

from tests.page.house import House

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--mute-audio",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """One for all tests: it takes seconds to start."""
    async with async_playwright() as playwright:
        chromium = playwright.chromium
        browser = await chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser):
    """Opens the page of a house; an error in its console fails the test."""
    troubles = []
    contexts = []

    async def open_page(house: House, path: str = "/", **options):
        contexts.append(context := await browser.new_context(**options))
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: (
                said.type == "error" and troubles.append(f"{said.text} {said.location.get('url')}")
            ),
        )
        await page.goto(house.address + path)
        await page.wait_for_selector("#people input", state="attached")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    gone = (
        *("WebSocket connection to", "ERR_CONNECTION_REFUSED", "ERR_FAILED"),  # by the test
        "/new/",  # the preview of a file that was sent before it was shown
    )
    assert not [said for said in troubles if not any(sign in said for sign in gone)]
