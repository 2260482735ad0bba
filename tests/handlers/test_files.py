"""Files at the provider, from chat."""

import json

import pytest

from bot.commands import Typing
from bot.errors import ParleyError, Refused
from tests.fakes.openai_batches import kept
from tests.fakes.openai_resources import NOW
from tests.handlers.batches import card, content, given, pressed, shortcut
from tests.handlers.desk import ADA, PLACE, desk
from tests.handlers.test_batch import JSONL

TRAINING = b"".join(
    json.dumps({"messages": [{"role": "user", "content": "A"},
                             {"role": "assistant", "content": "B"}]}).encode() + b"\n"
    for _ in range(10)
)  # fmt: skip


async def uploaded(it, name="in.jsonl", content=JSONL, purpose="batch", **values):
    return await it.screen(
        given(it, "files upload", file=name, content=content, purpose=purpose, **values)
    )


async def test_a_file_is_checked_and_goes_up(tmp_path):
    async with desk(tmp_path) as it:
        shown = card(await uploaded(it, expires=7))
        assert shown.title == "Uploaded in.jsonl"
        assert shown.markdown == "5 requests to gpt-4o-mini, by /v1/chat/completions"
        (file,) = it.openai.resources.files.values()
        assert (file["purpose"], file["expires_at"]) == ("batch", NOW + 7 * 86_400)
        assert it.openai.resources.contents[file["id"]] == JSONL


@pytest.mark.parametrize(
    ("name", "content_", "purpose", "words"),
    [
        ("in.jsonl", JSONL * 2, "batch", "Line 6: Its `custom_id` “a0” is that of line 1 too."),
        ("in.jsonl", b"{}\n" * 30, "fine-tune", "and 10 more"),
        ("in.txt", TRAINING, "fine-tune", "must end in `.jsonl`"),
        ("a.png", b"hello", "vision", "no picture"),
        ("a.txt", b"", "assistants", "The file is empty."),
    ],
)
async def test_what_will_not_be_taken_is_not_sent(tmp_path, name, content_, purpose, words):
    async with desk(tmp_path) as it:
        shown = card(await uploaded(it, name, content_, purpose))
        assert shown.state == "failed"
        assert words in shown.markdown
        assert it.openai.calls == []


async def test_training_data_and_other_files_go_up(tmp_path):
    async with desk(tmp_path) as it:
        shown = card(await uploaded(it, "t.jsonl", TRAINING, "fine-tune"))
        assert shown.markdown.startswith("10 examples for supervised")
        assert card(await uploaded(it, "a.pdf", b"%PDF", "user_data", id_="a2")).state == "done"


async def test_the_files_of_a_message_go_up_by_its_menu(tmp_path):
    async with desk(tmp_path) as it:
        files = (("a.txt", b"one"), ("b.txt", b"two"))
        screen = await it.screen(shortcut(it, "upload_message", *files, purpose="assistants"))
        assert [one.title for one in screen.cards] == ["Uploaded a.txt", "Uploaded b.txt"]
        assert [*it.openai.resources.contents.values()] == [b"one", b"two"]
        with pytest.raises(Refused, match="no file in this message"):
            await it.screen(shortcut(it, "upload_message", purpose="assistants"))


async def test_killed_after_it_went_up_it_does_not_go_up_again(tmp_path):
    async with desk(tmp_path) as it:
        await uploaded(it)
        await it.storage.database.write(lambda db: db.execute("DELETE FROM steps"))
        run = given(it, "files upload", file="in.jsonl", content=JSONL, purpose="batch")
        run.attempt = 2
        await it.screen(run)
        assert len(it.openai.resources.files) == 1


async def test_files_are_listed_by_purpose_and_page(tmp_path):
    async with desk(tmp_path) as it:
        for number in range(20):
            kept(it.openai.resources, f"{number}.jsonl", [], "batch" if number else "vision")
        first = await it.screen(given(it, "files list", id_="l1", purpose="batch"))
        assert first.text.startswith("**Files for “batch”**\n- **19.jsonl** `file-19` · batch")
        second = await it.screen(pressed(it, "files_more", "l1", id_="l2"))
        assert second.text.count("- **") == 4
        assert "vision" not in second.text
        after = await it.screen(given(it, "files list", after="file-1"))
        assert after.text.count("- **") == 1


async def test_a_list_that_nobody_knows_any_more_is_told(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="ask for it again"):
            await it.screen(pressed(it, "files_more", "gone"))


async def test_one_is_shown_with_all_that_is_known(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "a.jsonl", ["x"] * 1_000, "batch")
        facts = dict(card(await it.screen(given(it, "files show", id=f" `{id_}` "))).fields)
        assert (facts["Id"], facts["Size"], facts["Expiry"]) == (id_, "3.9 KB", "never")


async def test_one_is_downloaded_for_the_person_alone(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "../a.jsonl", ["x"], "batch")
        (file,) = (await it.screen(given(it, "files download", id=id_))).media
        assert (file.name, content(file)) == ("a.jsonl", b'"x"\n')
        assert it.services.commands["files download"].private


async def test_one_is_deleted_when_somebody_is_sure(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "a.jsonl", [], "batch")
        screen = await it.screen(given(it, "files delete", id=id_))
        assert card(screen).title == "Delete a.jsonl?"
        assert [*it.openai.resources.files] == [id_]
        assert card(await it.screen(pressed(it, "file_delete"))).title == "Deleted a.jsonl"
        assert it.openai.resources.files == {}
        with pytest.raises(Refused, match="no longer knows"):
            await it.screen(pressed(it, "file_delete", id_="p2"))


async def test_one_is_kept_when_nobody_is(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "a.jsonl", [], "batch")
        await it.screen(given(it, "files delete", id=id_))
        assert card(await it.screen(pressed(it, "file_keep"))).title == "Kept a.jsonl"
        assert [*it.openai.resources.files] == [id_]


async def test_one_that_was_deleted_meanwhile_is_told(tmp_path):
    async with desk(tmp_path) as it:
        id_ = kept(it.openai.resources, "a.jsonl", [], "batch")
        await it.screen(given(it, "files delete", id=id_))
        del it.openai.resources.files[id_]
        with pytest.raises(ParleyError) as caught:
            await it.screen(pressed(it, "file_delete"))
        assert caught.value.sentence == f"The provider has no file “{id_}”."


@pytest.mark.parametrize("id_", ["ftjob-1", "batch_1", "ft:gpt-4o:acme", "org-1", "a b", ""])
async def test_an_id_of_another_kind_is_not_asked_for(tmp_path, id_):
    async with desk(tmp_path) as it:
        for command in ("show", "download", "delete"):
            with pytest.raises(Refused):
                await it.screen(given(it, f"files {command}", id=id_))
        assert it.openai.calls == []


async def test_ids_are_suggested_by_name(tmp_path):
    async with desk(tmp_path) as it:
        kept(it.openai.resources, "words.jsonl", [], "batch")
        kept(it.openai.resources, "tuning.jsonl", [], "fine-tune")

        async def suggested(command, text):
            option = next(o for o in it.services.commands[command].options if o.name == "id")
            return [c.value for c in await option.suggest(Typing(ADA, PLACE, command, "id", text))]

        assert await suggested("files show", "WORD") == ["file-0"]
        assert await suggested("files delete", "") == ["file-1", "file-0"]
        assert await suggested("batch create", "") == ["file-0"]


async def test_all_of_it_is_for_admins(tmp_path):
    async with desk(tmp_path) as it:
        ours = [c for c in it.services.commands.values() if c.name.split()[0] in {
            "files", "files_more", "file_delete", "file_keep", "upload_message"}]  # fmt: skip
        assert len(ours) == 9
        assert {command.access for command in ours} == {"admin"}
