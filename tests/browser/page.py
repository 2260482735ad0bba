"""What every test of the page does."""


async def ask(page, text):
    await page.fill("#text", text)
    await page.press("#text", "Enter")
