import re

import aiohttp
import pytest

from adapters.page.settings import Settings
from bot.settings import load
from tests.fakes.page_client import PageClient
from tests.page.house import House


@pytest.fixture
async def web():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


PATHS = ["/", "/static/main.js", "/socket", "/login", "/media/ada/new/x/y", "/suggestions/ada"]


@pytest.mark.parametrize("path", PATHS)
async def test_another_host_name_is_refused_on_every_path(web, path):
    async with House(sandbox=False) as house:
        response = await web.get(house.address + path, headers={"Host": "evil.example:8080"})
        assert response.status == 403
        assert "PARLEY_PAGE_HOSTS" in await response.text()


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:9", "[::1]:8080", "LOCALHOST"])
async def test_this_machine_has_many_names(web, host):
    async with House() as house:
        assert (await web.get(house.address, headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example", "a b", "["])
async def test_a_name_that_looks_like_this_machine_is_not(web, host):
    async with House() as house:
        assert (await web.get(house.address, headers={"Host": host})).status in {400, 403}


async def test_a_name_that_was_set_is_served(web):
    async with House(page_hosts="parley.example.org") as house:
        response = await web.get(house.address, headers={"Host": "parley.example.org"})
        assert response.status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://127.0.0.1:1"])
async def test_a_socket_from_another_origin_is_refused(web, origin):
    async with House() as house:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await web.ws_connect(house.address + "/socket", headers={"Origin": origin})
        assert caught.value.status == 403


async def test_no_script_style_or_picture_from_elsewhere(web):
    async with House() as house:
        for path in ("/", "/static/main.js"):
            policy = (await web.get(house.address + path)).headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
        html = await (await web.get(house.address)).text()
        assert not re.search(r"<script>|<style|\bon\w+=| style=", html)


@pytest.mark.parametrize("path", ["../settings.py", "%2e%2e/settings.py", "..%2fsettings.py", "x"])
async def test_only_the_pages_own_files_are_served(web, path):
    async with House() as house:
        assert (await web.get(f"{house.address}/static/{path}")).status == 404


async def test_with_a_key_everybody_must_log_in(web):
    async with House(sandbox=False, page_password="open sesame") as house:
        response = await web.get(house.address)
        assert response.url.path == "/login"
        client = await PageClient(house.address).connect()
        assert client.close_code == 4401
        await client.aclose()


async def test_a_visitor_who_is_not_logged_in_reads_and_says_nothing():
    async with House(sandbox=False, page_password="open sesame") as house:
        client = await PageClient(house.address).connect(hello=False)
        await client.send({"type": "open", "thread": "thread-1"})
        await client.until(lambda: client.closed)
        assert (client.close_code, client.heard) == (4401, [])
        await client.aclose()


async def test_the_password_opens_the_page_for_its_owner(web):
    async with House(sandbox=False, page_password="open sesame") as house:
        response = await web.post(
            house.address + "/login",
            data={"password": "open sesame"},
            headers={"Origin": house.address},
            allow_redirects=False,
        )
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        client = await house.client(cookies={"parley": response.cookies["parley"].value})
        assert (client.welcome["person"], client.welcome["people"]) == ("owner", [])
        await client.say("hello")
        assert next(iter(house.parley.events.values())).author.id == "page:owner"


async def test_a_login_outlives_a_restart_and_ends_with_the_password(web):
    async with House(sandbox=False, page_password="one") as house:
        cookie = await log_in(web, house, "one")
    async with House(house.state, sandbox=False, page_password="one") as same:
        assert (await same.client(cookies=cookie)).close_code is None
    async with House(house.state, sandbox=False, page_password="two") as other:
        assert (await other.client(cookies=cookie)).close_code == 4401


@pytest.mark.parametrize("cookie", ["", "1", "9999999999.00", "x.y", "²." + "0" * 64, "1.é"])
async def test_a_forged_cookie_opens_nothing(cookie):
    async with House(sandbox=False, page_password="one") as house:
        client = PageClient(house.address, cookies={"parley": cookie})
        try:
            assert (await client.connect()).close_code == 4401
        finally:
            await client.aclose()


async def test_a_wrong_password_is_told_and_ten_are_enough_for_a_minute(web):
    async with House(sandbox=False, page_password="one") as house:
        for _ in range(10):
            assert (await post(web, house, "wrong")).status == 401
        response = await post(web, house, "one")
        assert response.status == 429
        assert "Wait a minute" in await response.text()


async def test_a_login_from_another_origin_is_refused(web):
    async with House(sandbox=False, page_password="one") as house:
        response = await post(web, house, "one", origin="http://evil.example")
        assert response.status == 403


async def test_without_a_password_the_printed_link_works_once(web):
    async with House(sandbox=False) as house:
        link = house.address + house.page.landing
        assert "token=" in link
        first = await web.get(link, allow_redirects=False)
        assert first.cookies["parley"].value
        assert house.page.landing == "/"
        async with aiohttp.ClientSession() as other:
            second = await other.get(link)
            assert not second.cookies
            assert "Parley printed" in await second.text()


async def test_a_wrong_token_does_not_use_up_the_link(web):
    async with House(sandbox=False) as house:
        await web.get(house.address + "/login?token=wrong")
        assert "token=" in house.page.landing


async def test_on_another_address_the_page_needs_a_password(monkeypatch):
    monkeypatch.setenv("PARLEY_HTTP_HOST", "0.0.0.0")
    settings = load(Settings)
    assert not settings.configured
    assert "PARLEY_PAGE_PASSWORD" in settings.problem
    monkeypatch.setenv("PARLEY_PAGE_PASSWORD", "x")
    assert load(Settings).configured
    assert "x" not in repr(load(Settings).page_password)


async def test_the_page_can_be_off(monkeypatch):
    monkeypatch.setenv("PARLEY_PAGE", "off")
    assert not load(Settings).configured
    assert not load(Settings).problem


async def log_in(web, house, password):
    response = await post(web, house, password)
    return {"parley": response.cookies["parley"].value}


async def post(web, house, password, origin=""):
    return await web.post(
        house.address + "/login",
        data={"password": password},
        headers={"Origin": origin or house.address},
        allow_redirects=False,
    )
