"""Commands by their forms, and what can be done with a message."""

import pytest
from playwright.async_api import expect

from bot.commands import Choice
from bot.events import Deleted, Edited, Invocation
from tests.browser.page import ask
from tests.page import samples
from tests.page.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURE = {"name": "base.png", "mimeType": "image/png", "buffer": samples.png(60, 40)}


def last(house):
    return list(house.parley.events.values())[-1]


async def test_a_command_that_needs_a_value_opens_its_form_from_the_palette(visit):
    async with House() as house:
        page = await visit(house)
        await page.keyboard.type("/pa")
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog", name="/paint")
        await expect(form.get_by_label("Prompt")).to_be_focused()
        await page.keyboard.type("a fox")
        await form.get_by_label("Size").select_option("large")
        await form.get_by_label("N optional").fill("2")
        await form.get_by_label("Fine").select_option("Yes")
        await form.get_by_label("Base").set_input_files([PICTURE])
        await expect(form.locator("output")).to_have_text("87 bytes")
        await page.keyboard.press("Control+Enter")
        await expect(form).to_be_hidden()
        await expect(page.locator(".said")).to_have_text("/paint a fox size:large n:2 fine:yes")
        await expect(page.locator(".mine .picture")).to_be_visible()
        await expect(page.locator(".answer .markdown")).to_be_visible()
        event = last(house)
        assert isinstance(event, Invocation)
        base = event.values.pop("base")
        assert event.values == {"prompt": "a fox", "size": "large", "n": 2, "fine": True}
        assert base.name == "base.png"
        await expect(page.locator("#threads button")).to_have_count(1)
        await expect(page.locator("#text")).to_be_focused()


async def test_a_form_that_is_not_sent_asks_nothing(visit):
    async with House() as house:
        page = await visit(house)
        await page.keyboard.type("/paint")
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog")
        await form.get_by_label("N optional").fill("9")
        await form.get_by_role("button", name="Send").click()
        await expect(form.get_by_label("Prompt")).to_be_focused()  # it is required
        await form.get_by_label("Prompt").fill("x")
        await form.get_by_role("button", name="Send").click()
        await expect(form.get_by_label("N optional")).to_be_focused()  # at most 4
        await page.keyboard.press("Escape")
        await expect(form).to_be_hidden()
        assert not house.parley.events
        await expect(page.locator("#welcome")).to_be_visible()


async def test_what_was_typed_already_stands_in_the_form(visit):
    async with House() as house:
        page = await visit(house)
        await page.set_input_files("#files", [PICTURE])
        await expect(page.locator("#send")).to_be_enabled()
        await ask(page, "/paint n:3 size:small")
        form = page.get_by_role("dialog", name="/paint")
        await expect(form.get_by_label("N optional")).to_have_value("3")
        await expect(form.get_by_label("Size")).to_have_value("small")
        await expect(form.locator("output")).to_have_text("base.png, 87 bytes")
        await expect(page.locator("article")).to_have_count(0)
        await form.get_by_label("Prompt").fill("a fox")
        await form.get_by_role("button", name="Send").click()
        await expect(page.locator(".said")).to_have_text("/paint a fox size:small n:3")
        assert last(house).values["base"].name == "base.png"


async def test_what_parley_refuses_is_told_in_the_form(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "/paint n:3")
        form = page.get_by_role("dialog")
        await form.get_by_label("Prompt").fill("x" * 32_001)
        await form.get_by_role("button", name="Send").click()
        await expect(form.get_by_role("alert")).to_contain_text("32,000 is the most")
        house.parley.refuse = "The disk is full."
        await form.get_by_label("Prompt").fill("a fox")
        await form.get_by_role("button", name="Send").click()
        await expect(form.get_by_role("alert")).to_have_text("The disk is full.")
        house.parley.refuse = ""
        await expect(form).to_be_hidden()  # it is sent again by itself
        assert len(house.parley.events) == 1


async def test_what_may_be_meant_is_offered_while_one_types(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "/paint n:3")
        model = page.get_by_label("Model")
        await model.focus()
        offered = page.locator("#suggested-model option")
        await expect(offered).to_have_text(["Vermeer", "Vincent"])
        await model.press_sequentially("ver")
        await expect(offered).to_have_text(["Vermeer"])


async def test_what_is_offered_may_depend_on_the_other_fields(visit):
    asked = []

    async def suggest(typing):
        asked.append(dict(typing.chosen))
        return [Choice(f"for {typing.chosen.get('n')}", "x")]

    async with House() as house:
        page = await visit(house)
        house.page._lobby.suggest = suggest
        await ask(page, "/paint n:3")
        await page.get_by_label("Model").focus()
        await expect(page.locator("#suggested-model option")).to_have_text(["for 3"])
    assert asked[-1] == {"n": "3"}


async def test_a_message_is_asked_about_from_its_own_menu(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "hello")
        more = page.locator(".answer").get_by_role("button", name="More actions")
        await more.press("Enter")
        await expect(page.get_by_role("menuitem")).to_have_text(["Ask Parley", "Transcribe"])
        await expect(page.get_by_role("menuitem", name="Ask Parley")).to_be_focused()
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog", name="Ask Parley")
        await expect(form.locator("blockquote")).to_have_text("You said: hello")
        await form.get_by_label("Question").fill("Why?")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said")).to_have_text(["hello", "/ask Why?"])
        await expect(page.locator(".mine .about").last).to_have_text("You said: hello")
        assert last(house).on.text == "You said: hello"


async def test_ones_own_words_are_edited_in_their_place(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "helo")
        await expect(page.locator(".answer .markdown")).to_have_text("You said: helo")
        await page.keyboard.press("ArrowUp")
        editor = page.get_by_role("textbox", name="Your message, edited")
        await expect(editor).to_be_focused()
        await editor.fill("something else")
        await page.keyboard.press("Escape")
        await expect(page.locator(".said")).to_have_text("helo")
        await page.locator(".mine").hover()
        await page.locator(".mine").get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Edit").click()
        await editor.fill("hello")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said")).to_have_text("hello")
        await expect(page.locator(".answer .markdown")).to_have_text("You said: hello")
        await expect(page.locator("#threads button")).to_have_text(["hello"])
        assert [type(event) for event in house.parley.events.values()][1:] == [Edited]


async def test_a_deleted_question_vanishes_with_its_answer_after_a_second_thought(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "a secret")
        await expect(page.locator(".answer .markdown")).to_be_visible()
        other = await visit(house, "/" + await page.evaluate("location.hash"))
        await expect(other.locator("article")).to_have_count(2)
        more = page.locator(".mine").get_by_role("button", name="More actions")
        await more.press("Enter")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem").last).to_have_text("Really delete?")
        await page.keyboard.press("Escape")
        await expect(more).to_be_focused()
        assert len(house.parley.events) == 1
        await more.press("Enter")
        await page.get_by_role("menuitem", name="Delete").click()
        await page.get_by_role("menuitem", name="Really delete?").click()
        for each in (page, other):
            await expect(each.locator("article")).to_have_count(0)
            await expect(each.locator("#latest")).to_be_hidden()
            await expect(each.locator("#threads button")).to_have_text(["Empty conversation"])
        assert isinstance(last(house), Deleted)


async def test_what_a_form_asked_is_not_edited(visit):
    async with House() as house:
        page = await visit(house)
        await ask(page, "/paint n:3")
        await page.get_by_label("Prompt").fill("a fox")
        await page.get_by_role("button", name="Send", exact=True).last.click()
        await expect(page.locator(".said")).to_have_count(1)
        await page.locator(".mine").get_by_role("button", name="More actions").press("Enter")
        await expect(page.get_by_role("menuitem")).to_have_text(
            ["Ask Parley", "Transcribe", "Copy"]
        )
