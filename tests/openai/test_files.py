from contextlib import aclosing

import pytest

from bot.errors import Refused
from bot.openai import errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.files import LARGEST, Files
from bot.openai.uploads import PIECE, Upload
from tests.fakes.openai import Fault

LINES = b'{"messages": []}\n' * 100
DATA = Upload.content("training_data.jsonl", LINES)


@pytest.fixture
def files(transport):
    return Files(transport)


async def test_a_file_goes_up_and_is_known(fake, files):
    file = await files.create(DATA, "fine-tune", expires_after=3600)
    assert (file.filename, file.purpose, file.bytes) == (
        "training_data.jsonl", "fine-tune", len(LINES),
    )  # fmt: skip
    assert file.expires_at - file.created_at == 3600
    (sent,) = fake.calls[0].files
    assert sent.content == LINES
    assert fake.calls[0].body["expires_after[anchor]"] == "created_at"
    assert await files.get(file.id) == file


async def test_a_file_on_disk_goes_up_in_pieces_that_are_told(fake, files, tmp_path):
    content = bytes(range(256)) * (4 * PIECE // 256) + b"end"
    path = tmp_path / "big.jsonl"
    path.write_bytes(content)
    told = []
    await files.create(await Upload.of(path, progress=told.append), "batch")
    assert fake.calls[0].files[0].content == content
    assert told == [PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE, len(content)]
    assert int(fake.calls[0].headers["Content-Length"]) > len(content)


async def test_a_file_of_unknown_size_goes_up_too(fake, files):
    async def pieces():
        yield b"one\n"
        yield b"two\n"

    await files.create(Upload("a.jsonl", pieces), "batch")
    assert fake.calls[0].files[0].content == b"one\ntwo\n"


async def test_names_that_people_give_keep_the_form_whole(fake, files):
    await files.create(Upload.content('a"b\r\nc: d.jsonl', b"x"), "batch")
    (sent,) = fake.calls[0].files
    assert sent.content == b"x"
    assert "\n" not in sent.name


async def test_files_are_listed_by_purpose_and_page(files):
    for number in range(5):
        await files.create(Upload.content(f"{number}.jsonl", b"{}"), "batch")
    await files.create(DATA, "fine-tune")
    page = await files.list(purpose="batch", limit=3, order="asc")
    rest = await files.list(purpose="batch", limit=3, order="asc", after=page.after)
    names = [file.filename for file in (*page.data, *rest.data)]
    assert names == [f"{number}.jsonl" for number in range(5)]
    assert rest.after is None


async def test_a_list_without_pages_is_the_whole(fake, files):
    fake.faults.append(Fault(200, body='{"data": [{"id": "file-a", "purpose": "new-kind"}]}'))
    page = await files.list()
    assert page.data[0].purpose == "new-kind"
    assert page.after is None


async def test_a_deleted_file_is_gone(files):
    file = await files.create(DATA, "batch")
    assert await files.delete(file.id)
    with pytest.raises(errors.NotFound, match="No such File") as caught:
        await files.get(file.id)
    assert f"no file “{file.id}”" in caught.value.sentence


async def test_a_files_content_comes_down_to_disk(files, tmp_path):
    content = bytes(range(256)) * 12_000
    file = await files.create(Upload.content("a.bin", content), "user_data")
    path, told = tmp_path / "a.bin", []
    assert await files.save(file.id, path, told.append) == len(content)
    assert path.read_bytes() == content
    assert told[-1] == len(content)
    assert told == sorted(told)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


async def test_a_download_that_breaks_off_leaves_nothing_half(fake, files, tmp_path):
    file = await files.create(Upload.content("a.bin", b"x" * 50_000), "user_data")
    fake.faults.append(Fault(cut_after=5))
    with pytest.raises(errors.StreamCut):
        await files.save(file.id, tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


async def test_a_download_that_nobody_listens_to_any_more_closes(fake, files):
    file = await files.create(Upload.content("a.bin", b"x" * 50_000), "user_data")
    fake.faults.append(Fault(stall_after=2))
    async with aclosing(files.content(file.id)) as pieces:
        await anext(pieces)
    await fake.idle()


async def test_a_file_that_is_not_there_is_named(files, tmp_path):
    with pytest.raises(errors.NotFound) as caught:
        await files.save("file-none", tmp_path / "a")
    assert "no file “file-none”" in caught.value.sentence


@pytest.mark.parametrize("fault", [Fault(disconnect=True), Fault(500), Fault(504)])
async def test_an_upload_whose_answer_was_lost_is_not_made_twice(fake, files, fault):
    fake.faults.append(fault)
    with pytest.raises(errors.AnswerLost) as caught:
        await files.create(DATA, "batch")
    assert len(fake.calls) == 1
    assert "whether the file was made" in caught.value.sentence


async def test_an_upload_that_was_refused_for_now_is_made_later(fake, files):
    fake.faults.extend([Fault(503), Fault(429, "rate_limit_exceeded")])
    await files.create(DATA, "batch")
    assert [call.files[0].content for call in fake.calls] == [LINES] * 3


async def test_a_source_that_fails_is_told_in_its_own_words(fake, files):
    async def pieces():
        yield b"x" * 100
        raise Refused("Slack no longer has this file.")

    with pytest.raises(errors.OpenAIError) as caught:
        await files.create(Upload("a.jsonl", pieces, 1000), "batch")
    assert caught.value.sentence == "Slack no longer has this file."
    assert not caught.value.may_have_run
    assert fake.resources.files == {}


@pytest.mark.parametrize("size", [100, 10])
async def test_a_source_that_is_shorter_or_longer_than_it_said_is_an_error(files, size):
    async def pieces():
        yield b"x" * 50

    with pytest.raises(errors.OpenAIError):
        await files.create(Upload("a.jsonl", pieces, size), "batch")


async def test_what_is_too_large_is_told_before_it_goes_up(fake, files):
    with pytest.raises(WrongValue, match="at most 512 MB"):
        await files.create(Upload("a.jsonl", lambda: None, LARGEST + 1), "batch")
    with pytest.raises(WrongValue, match="30 days"):
        await files.create(DATA, "batch", expires_after=60)
    assert fake.calls == []
