"""Files, judged by the official client."""

import time

import openai
import pytest

from sandbox.store import Store

LINE = b'{"messages": []}\n'


async def put(twin, name="a.jsonl", content=LINE, purpose="fine-tune", **options):
    return await twin.client.files.create(file=(name, content), purpose=purpose, **options)


async def test_a_file_is_what_it_was_until_it_is_deleted(twin):
    content = LINE * 70_000  # more than a megabyte: it comes and goes in pieces
    file = await put(twin, "training data.jsonl", content)
    assert (file.bytes, file.filename, file.purpose) == (len(content), "training data.jsonl", "fine-tune")  # fmt: skip  # noqa: E501
    assert await twin.client.files.retrieve(file.id) == file
    assert (await twin.client.files.content(file.id)).content == content
    gone = await twin.client.files.delete(file.id)
    assert (gone.id, gone.deleted) == (file.id, True)
    for ask in (twin.client.files.retrieve, twin.client.files.content, twin.client.files.delete):
        with pytest.raises(openai.NotFoundError):
            await ask(file.id)


async def test_files_are_listed_newest_first_by_purpose_and_by_pages(twin):
    made = [(await put(twin, f"{n}.jsonl")).id for n in range(5)]
    other = await put(twin, "notes.txt", b"Hello", "assistants")
    listed = [file.id async for file in twin.client.files.list(limit=2)]
    assert listed == [other.id, *reversed(made)]
    ours = await twin.client.files.list(purpose="fine-tune", order="asc", limit=3)
    assert [file.id for file in ours.data] == made[:3]
    assert ours.has_more


async def test_a_file_expires(twins, monkeypatch):
    async with twins() as twin:
        lasts = {"anchor": "created_at", "seconds": 3600}
        file = await put(twin, expires_after=lasts)
        batch = await put(twin, purpose="batch")
        assert file.expires_at == file.created_at + 3600
        assert batch.expires_at == batch.created_at + 30 * 86_400
        later = time.time() + 3601
        monkeypatch.setattr(next(iter(stores(twin))), "now", lambda: later)
        assert [found.id async for found in twin.client.files.list()] == [batch.id]


def stores(twin) -> list[Store]:
    return [value for value in twin.app.values() if isinstance(value, Store)]


async def test_what_belongs_to_assistants_is_not_given_back(twin):
    file = await put(twin, "notes.txt", b"Hello", "assistants")
    with pytest.raises(openai.BadRequestError, match="Not allowed to download"):
        await twin.client.files.content(file.id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": "fun"}, "purpose"),
        ({"content": b""}, "empty"),
        ({"name": "a.txt"}, "Must be .jsonl"),
        ({"name": "a.txt", "purpose": "batch"}, "Must be .jsonl"),
        ({"content": LINE + b"[1]\n"}, "Line 2 is not a dictionary"),
        ({"content": LINE * 3 + b"{\n"}, "Line 4 is not a dictionary"),
        ({"expires_after": {"anchor": "created_at", "seconds": 60}}, "3600"),
        ({"expires_after": {"anchor": "used_at", "seconds": 3600}}, "anchor"),
    ],
)
async def test_a_file_that_is_not_taken_leaves_nothing_behind(twin, tmp_path, wrong, said):
    with pytest.raises(openai.BadRequestError, match=said):
        await put(twin, **wrong)
    assert [*(tmp_path / "files").iterdir()] == []


async def test_a_form_without_a_file_or_that_is_none_is_refused(twin):
    missing = await twin.http.post("/v1/files", files={"purpose": (None, "batch")})
    assert missing.json()["error"]["param"] == "file"
    none = await twin.http.post("/v1/files", json={"purpose": "batch"})
    assert none.status_code == 400
    broken = await twin.http.post("/v1/files", content=b"x", headers={"Content-Type": "multipart/form-data; boundary=y"})  # fmt: skip  # noqa: E501
    assert broken.status_code == 400
    binary = await twin.http.post(
        "/v1/files", files={"purpose": (None, b"\xff"), "file": ("a", b"x")}
    )
    assert binary.status_code == 400


async def test_too_large_a_file_is_refused_while_it_comes(twin, monkeypatch):
    monkeypatch.setattr("sandbox.files.LARGEST", 3_000_000)
    with pytest.raises(openai.APIStatusError, match="Maximum content size limit") as caught:
        await put(twin, content=LINE * 250_000)
    assert caught.value.status_code == 413


async def test_the_folder_has_its_bound(twins, tmp_path):
    async with twins() as twin:
        (store,) = stores(twin)
        store._room = 100
        await put(twin, content=LINE * 3)
        with pytest.raises(openai.BadRequestError) as caught:
            await put(twin, content=LINE * 3)
        assert caught.value.code == "storage_limit_exceeded"


async def test_files_are_there_after_a_restart(twins):
    async with twins() as twin:
        file = await put(twin)
    async with twins() as twin:
        assert await twin.client.files.retrieve(file.id) == file
        assert (await twin.client.files.content(file.id)).content == LINE


async def test_a_name_cannot_leave_the_folder(twin, tmp_path):
    file = await put(twin, "../../evil.jsonl")
    assert file.filename == "evil.jsonl"
    assert (tmp_path / "files" / file.id).exists()
