"""Who may see the admin pages."""

import re

import aiohttp
import pytest

from tests.admin.desk import WORD, admin_desk

PAGES = ["/admin", "/admin/spending", "/admin/work", "/admin/moderation", "/admin/limits"]
POSTS = ["/admin/moderation/decide", "/admin/login", "/admin/logout"]


@pytest.fixture
async def web():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def text(web, url, **options):
    async with web.get(url, **options) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("path", [*PAGES, "/admin/moderation/message/x"])
async def test_without_the_password_nothing_is_seen(web, tmp_path, path):
    async with (
        admin_desk(tmp_path) as desk,
        web.get(desk.address + path, allow_redirects=False) as response,
    ):
        assert response.status == 303
        assert response.headers["Location"] == "/admin/login"
        assert await response.text() == ""


async def test_a_wrong_password_is_said_to_be_wrong_and_a_right_one_opens(web, tmp_path):
    async with admin_desk(tmp_path) as desk:
        headers, login = {"Origin": desk.address}, f"{desk.address}/admin/login"
        async with web.post(login, data={"password": "x"}, headers=headers) as response:
            assert (response.status, "not the password" in await response.text()) == (401, True)
        async with web.post(login, data={"password": WORD}, headers=headers) as response:
            assert response.status == 200
            assert response.url.path == "/admin"
        assert (await text(web, f"{desk.address}/admin/spending"))[0] == 200


async def test_the_cookie_is_kept_from_scripts_other_sites_and_the_rest_of_the_server(
    web, tmp_path
):
    async with admin_desk(tmp_path) as desk:
        headers, login = {"Origin": desk.address}, f"{desk.address}/admin/login"
        async with web.post(
            login, data={"password": WORD}, headers=headers, allow_redirects=False
        ) as response:
            cookie = response.cookies["parley_admin"]
        assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (
            "/admin",
            "Strict",
            True,
        )


async def test_passwords_cannot_be_tried_without_end(web, tmp_path):
    async with admin_desk(tmp_path) as desk:
        headers, login = {"Origin": desk.address}, f"{desk.address}/admin/login"
        for _ in range(10):
            await web.post(login, data={"password": "x"}, headers=headers)
        async with web.post(login, data={"password": WORD}, headers=headers) as response:
            assert response.status == 429


async def test_who_logged_out_is_out(tmp_path):
    async with admin_desk(tmp_path) as desk, await desk.browser() as browser:
        assert (await browser.get("/admin", allow_redirects=False)).status == 200
        await browser.post("/admin/logout", headers={"Origin": desk.address})
        assert (await browser.get("/admin", allow_redirects=False)).status == 303


async def test_a_login_outlives_a_restart_but_not_a_new_password(tmp_path):
    async with admin_desk(tmp_path) as desk, await desk.browser() as browser:
        cookies = {c.key: c.value for c in browser.cookie_jar}
    for password, status in ((WORD, 200), ("another", 303)):
        async with (
            admin_desk(tmp_path, password=password) as desk,
            aiohttp.ClientSession(cookies=cookies) as web,
        ):
            response = await web.get(f"{desk.address}/admin", allow_redirects=False)
            assert response.status == status


async def test_the_sandbox_on_this_machine_is_open(web, tmp_path):
    async with admin_desk(tmp_path, password=None) as desk:
        for path in PAGES:
            status, html = await text(web, desk.address + path)
            assert status == 200
            assert "Log out" not in html


@pytest.mark.parametrize(
    "beyond", [{"openai_api_key": "sk-1"}, {"http_host": "0.0.0.0"}, {"openai_base_url": "http://x/v1"}]
)  # fmt: skip
@pytest.mark.parametrize("path", [*PAGES, "/admin/", "/admin/login", "/admin/else"])
async def test_elsewhere_they_are_off_without_a_password_and_say_so(web, tmp_path, beyond, path):
    async with admin_desk(tmp_path, password=None, **beyond) as desk:
        status, html = await text(web, desk.address + path)
        assert status == 403
        assert "PARLEY_ADMIN_PASSWORD" in html


@pytest.mark.parametrize("path", [*PAGES, "/admin/static/admin.css", "/admin/login"])
async def test_another_host_name_is_refused_on_every_path(web, tmp_path, path):
    async with admin_desk(tmp_path, page_hosts="parley.example.org") as desk:
        status, html = await text(web, desk.address + path, headers={"Host": "evil.example"})
        assert (status, "PARLEY_PAGE_HOSTS" in html) == (403, True)
        ours = {"Host": "parley.example.org"}
        assert (await text(web, desk.address + path, headers=ours))[0] == 200


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
async def test_another_site_cannot_post_here_even_where_it_is_open(web, tmp_path, path, origin):
    async with admin_desk(tmp_path, password=None) as desk:
        headers = {"Origin": origin} if origin else {}
        async with web.post(desk.address + path, headers=headers) as response:
            assert response.status == 403
        assert desk.accepted == []


async def test_no_script_runs_and_nothing_is_kept_by_the_browser(tmp_path):
    async with admin_desk(tmp_path) as desk, await desk.browser() as browser:
        for path in PAGES:
            response = await browser.get(path)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert not re.search(r"<script|<style|\son\w+=|\sstyle=", await response.text())


@pytest.mark.parametrize("file", ["../gate.py", "%2e%2e/gate.py", "..%2fgate.py", "x", ""])
async def test_only_its_own_files_are_served(web, tmp_path, file):
    async with admin_desk(tmp_path) as desk:
        status, html = await text(web, f"{desk.address}/admin/static/{file}")
        assert status in {404, 303}
        assert "import" not in html
