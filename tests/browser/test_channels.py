"""Channels that all share, and search in what was said."""

import pytest
from playwright.async_api import expect

from bot.events import Message
from bot.parts import Notice, Text
from tests.browser.page import ask
from tests.page.house import DONE, House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def addressed(_parley, event, screen, _stop):
    """As Parley does: only what is said to it is answered."""
    if not isinstance(event, Message) or event.addressed:
        screen.show(Text(f"You said: {getattr(event, 'text', event.id)}"))
        screen.show(DONE)


async def as_grace(page):
    await page.check("input[value=grace]", force=True)
    await expect(page.locator("#greeting")).to_contain_text("Grace")


async def test_what_is_said_in_a_channel_is_seen_live_and_a_mention_begins_a_thread(visit):
    async with House(script=addressed) as house:
        ada, grace = await visit(house), await visit(house)
        await as_grace(grace)
        await grace.get_by_role("button", name="#general").click()
        await expect(grace.get_by_role("heading", name="#general", level=1)).to_be_visible()
        await ask(grace, "Lunch at noon?")
        await expect(ada.locator("#channels .news")).to_have_text("#general")
        await ada.get_by_role("button", name="#general").click()
        await expect(ada.locator("#channels .news")).to_have_count(0)
        await expect(ada.get_by_role("article", name="Grace")).to_contain_text("Lunch at noon?")
        await ask(ada, "@Parley what is there?")
        await expect(ada.locator(".answer .markdown")).to_have_text("You said: what is there?")
        await expect(ada.locator("#back")).to_contain_text("#general")
        await expect(grace.locator(".said")).to_have_text(
            ["Lunch at noon?", "@Parley what is there?"]
        )
        await grace.get_by_role("button", name="1 reply").click()
        await expect(grace.locator(".answer .markdown")).to_have_text("You said: what is there?")
        await ask(grace, "And for me?")
        await expect(ada.get_by_role("article", name="Grace")).to_contain_text("And for me?")
        await ada.get_by_role("button", name="Back to #general").click()
        await expect(ada.get_by_role("button", name="2 replies")).to_be_visible()
        await expect(ada.get_by_role("button", name="Reply", exact=True)).to_have_count(1)
        await expect(ada.locator("#threads button")).to_have_count(0)


async def test_a_channel_is_made_and_kept_in_the_address(visit):
    async with House(script=addressed) as house:
        ada, grace = await visit(house), await visit(house)
        await ada.get_by_role("button", name="Create a channel").press("Enter")
        await expect(ada.get_by_role("textbox", name="Name of the channel")).to_be_focused()
        await ada.keyboard.type("Fox Lovers!")
        await ada.keyboard.press("Enter")
        for each in (ada, grace):
            await expect(each.locator("#channels button")).to_have_text(["#fox-lovers", "#general"])
        await ada.get_by_role("button", name="#fox-lovers").click()
        await ask(ada, "Foxes!")
        await expect(ada.locator(".mine:not(.pending)")).to_have_count(1)
        assert ada.url.endswith("/#/fox-lovers")
        await ada.reload()
        await expect(ada.locator(".said")).to_have_text("Foxes!")
        await ada.get_by_role("button", name="Create a channel").click()
        await ada.keyboard.type("general")
        await ada.keyboard.press("Enter")
        await expect(ada.locator("#problem")).to_have_text("#general is there already.")


async def test_a_notice_in_a_channel_is_for_its_asker(visit):
    async def refuse(_parley, _event, screen, _stop):
        screen.show(Notice("Your budget is spent."))

    async with House(script=refuse) as house:
        ada, grace = await visit(house), await visit(house)
        await as_grace(grace)
        await grace.get_by_role("button", name="#general").click()
        await ada.get_by_role("button", name="#general").click()
        await ask(ada, "@Parley hello")
        await expect(ada.locator(".notice")).to_contain_text("Your budget is spent.")
        await grace.get_by_role("button", name="Reply", exact=True).click()
        await expect(grace.locator("article")).to_have_count(1)
        await expect(grace.locator(".notice")).to_have_count(0)


async def test_a_command_in_a_channel_is_answered_in_a_thread_of_its_own(visit):
    async with House(script=addressed) as house:
        page = await visit(house, "/#/general")
        await ask(page, "/paint n:3")
        form = page.get_by_role("dialog", name="/paint")
        await form.get_by_label("Prompt").fill("a fox")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".answer .markdown")).to_be_visible()
        await page.get_by_role("button", name="Back to #general").click()
        await expect(page.locator(".said")).to_have_text("/paint a fox n:3")
        await expect(page.get_by_role("button", name="1 reply")).to_be_visible()


async def test_search_finds_what_was_said_and_shows_the_place(visit):
    async with House(script=addressed) as house:
        page = await visit(house)
        await ask(page, "Why are foxes red?")
        await expect(page.locator(".answer .buttons")).to_be_visible()
        await page.get_by_role("button", name="#general").click()
        await ask(page, "A fox ran by. " + "It was quick. " * 30)
        await expect(page.locator(".mine:not(.pending)")).to_have_count(1)
        await page.get_by_role("searchbox").fill("fox")
        hits = page.get_by_role("list", name="Found").get_by_role("button")
        await expect(hits.locator("mark")).to_have_text(["fox", "fox"])
        await expect(page.locator("#found")).to_have_text("2 conversations")
        await expect(page.locator("#lists")).to_be_hidden()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await expect(hits.nth(1)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(".found")).to_contain_text("Why are foxes red?")
        await page.get_by_role("searchbox").fill("wolf")
        await expect(page.locator("#found")).to_have_text("Nothing was found.")
        await page.keyboard.press("Escape")
        await expect(page.locator("#lists")).to_be_visible()


async def test_all_commands_are_found_from_anywhere(visit):
    async with House(script=addressed) as house:
        page = await visit(house)
        await page.get_by_role("button", name="New conversation").focus()
        await page.keyboard.press("Control+k")
        box = page.get_by_role("combobox", name="Find a command")
        await expect(box).to_be_focused()
        options = page.locator("#launched li b")
        await expect(options).to_have_text(["/help", "/usage", "/paint", "/ask"])
        await page.keyboard.type("picture")
        await expect(options).to_have_text(["/paint"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="/paint")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+k")
        await page.keyboard.type("usage")
        await page.keyboard.press("Control+Enter")
        form = page.get_by_role("dialog", name="/usage")
        await expect(form.get_by_label("Whose")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Commands").click()
        await page.keyboard.type("nothing like it")
        await expect(page.get_by_text("There is no such command.")).to_be_visible()
        await box.fill("help")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said")).to_have_text("/help")
        await expect(page.locator(".answer .markdown")).to_be_visible()


@pytest.mark.parametrize("way", ["empty", "folder"])
async def test_a_file_that_is_empty_or_cannot_be_read_is_told(visit, way):
    async with House() as house:
        page = await visit(house)
        give = """way => {
            const files = new DataTransfer();
            const file = new File(way === "empty" ? [] : ["x"], "notes");
            const unread = {arrayBuffer: () => Promise.reject(new Error())};
            if (way === "folder") file.slice = () => unread;
            files.items.add(file);
            const event = new Event("drop", {bubbles: true, cancelable: true});
            event.dataTransfer = {types: ["Files"], files: [file]};
            document.body.dispatchEvent(event);
        }"""
        await page.evaluate(give, way)
        told = "is empty." if way == "empty" else "may be a folder"
        await expect(page.locator("#problem")).to_contain_text(told)
        await expect(page.locator("#attached")).to_be_hidden()
