"""Files are for the person whose thread they are in, and do nothing in a browser."""

import urllib.parse

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from adapters.page.uploads import disposition
from bot.parts import File, Image
from tests.page import samples
from tests.page.house import House


@pytest.fixture
async def web():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def put(web, house, person="ada", *, name="x.png", content=None, origin=None):
    return await web.post(
        f"{house.address}/media/{person}",
        params={"name": name},
        data=content or samples.png(),
        headers={"Origin": house.address if origin is None else origin},
    )


async def get(web, house, url):
    return await web.get(house.address + url, allow_redirects=False)


def on_disk(house):
    return [path for path in house.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://127.0.0.1:1"])
async def test_an_upload_from_another_origin_is_refused(web, origin):
    async with House() as house:
        assert (await put(web, house, origin=origin)).status == 403
        assert not on_disk(house)


@pytest.mark.parametrize("person", ["mallory", "..%2f..", "ADA", "owner"])
async def test_nobody_uploads_for_one_who_does_not_exist(web, person):
    async with House() as house:
        assert (await put(web, house, person)).status in {403, 404}
        assert not on_disk(house)


async def test_who_is_not_logged_in_neither_uploads_nor_fetches(web):
    async with House(sandbox=False, page_password="open sesame") as house:
        login = {"data": {"password": "open sesame"}, "headers": {"Origin": house.address}}
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as owner:
            await owner.post(house.address + "/login", **login)
            medium = await (await put(owner, house, "owner")).json()
            assert (await get(owner, house, medium["url"])).status == 200
        assert (await put(web, house, "owner")).status == 403
        assert (await get(web, house, medium["url"])).status == 404
        suggestions = await get(web, house, "/suggestions/owner?command=help")
        assert suggestions.status == 403


async def test_another_person_does_not_find_it_under_their_own_name(web):
    async with House() as house:
        medium = await (await put(web, house)).json()
        assert (await get(web, house, medium["url"])).status == 200
        for person in ("grace", "admin", "mallory"):
            url = medium["url"].replace("/ada/", f"/{person}/")
            assert (await get(web, house, url)).status == 404


async def test_an_address_cannot_be_guessed(web):
    async with House() as house:
        ids = {(await (await put(web, house)).json())["id"] for _ in range(3)}
        assert len(ids) == 3
        assert all(len(id_) == 22 for id_ in ids)  # 128 bits


@pytest.mark.parametrize(
    "path",
    [
        "ada/new/..%2f..%2f..%2fsettings.py/x",
        "ada/%2e%2e/secret/x",
        "ada/../../secret/x",
        "ada/new/secret%00/x",
        "..%2f/new/secret/x",
        "/etc/passwd",
        "ada/new/" + "a" * 65 + "/x",
        "ada/new/./x",
        "ada/new//x",
    ],
)
async def test_no_other_file_is_served(web, path):
    async with House() as house:
        await put(web, house)
        house.folder.joinpath("page/secret").write_text("secret")
        house.folder.joinpath("secret").write_text("secret")
        response = await get(web, house, f"/media/{path}")
        assert response.status in {403, 404}
        assert "secret" not in await response.text()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fox.svg", samples.SVG),
        ("fox.png", samples.SVG),
        ("page.html", samples.HTML),
        ("page.gif", samples.HTML),
        ("paper.pdf", b"%PDF-1.7 <script>"),
        ("app.js", b"alert(1)"),
    ],
)
async def test_what_a_browser_would_run_is_only_ever_downloaded(web, name, content):
    async def show(_parley, _event, screen, _stop):
        screen.show(Image(name, content, "?"))
        screen.show(File(name, content))

    async with House(script=show) as house:
        ada = await house.client()
        said = await ada.say("", files=[await ada.upload(name, content)])
        await ada.open(said)
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        media = [medium for post in ada.posts.values() for medium in post["media"]]
        assert len(media) == 3
        for medium in media:
            assert medium["kind"] == "file"
            headers = (await get(web, house, medium["url"])).headers
            assert headers["Content-Type"] == "application/octet-stream"
            assert headers["Content-Disposition"].startswith("attachment;")
            assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_picture_is_shown_in_place_and_can_do_nothing(web):
    async with House() as house:
        medium = await (await put(web, house, name="fox.html")).json()
        headers = (await get(web, house, medium["url"])).headers
        assert headers["Content-Type"] == "image/png"
        assert headers["Content-Disposition"] == "inline; filename*=UTF-8''fox.html"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in headers["Cache-Control"]


@given(st.text(max_size=80))
def test_any_name_makes_a_header_and_only_its_own(name):
    value = disposition("attachment", name)
    assert value.isascii()
    assert value.isprintable()
    assert '"' not in value
    CIMultiDict({"Content-Disposition": value})
    encoded = value.removeprefix("attachment; filename*=UTF-8''")
    assert urllib.parse.unquote(encoded) == name


@pytest.mark.parametrize(
    "name", ["a/b", "a\nb", "ä".encode().decode(), "{x}", "", "%2e%2e", "🦊" * 60]
)
async def test_a_file_of_any_name_can_be_fetched(web, name):
    async with House() as house:
        medium = await (await put(web, house, name=name)).json()
        assert medium["name"] == name
        assert (await get(web, house, medium["url"])).status == 200


async def test_the_page_loads_pictures_and_sound_from_itself_alone(web):
    async with House() as house:
        policy = (await web.get(house.address)).headers["Content-Security-Policy"]
        assert "default-src 'self';" in policy
        assert not [word for word in ("img-src", "media-src", "data:", "blob:") if word in policy]


async def test_what_one_deletes_can_be_fetched_no_more(web):
    async with House() as house:
        ada = await house.client()
        said = await ada.say("look", files=[await ada.upload("fox.png", samples.png())])
        await ada.open(said)
        (medium,) = ada.posts[said]["media"]
        await ada.act("delete", said, post=said)
        assert (await get(web, house, medium["url"])).status == 404
