"""Files that people share, downloaded from a Slack on loopback and other places."""

import asyncio
from contextlib import aclosing, asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import files
from adapters.slack.said import attached
from bot.errors import Refused
from bot.events import Attachment
from tests.contract.world import Upload
from tests.fakes.slack_shared import LOGIN, references
from tests.fakes.slack_web import BOT_TOKEN

CSV = Upload("people.csv", b"name,born\nAda,1815\n", "text/csv")
PNG = Upload("fox.png", b"\x89PNG\r\n" + bytes(200_000), "image/png")


@asynccontextmanager
async def elsewhere(answer):
    """Another server, which is not Slack's."""
    heard = []

    async def serve(request):
        heard.append(request.headers.get("Authorization", ""))
        return answer(request)

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/file", heard
    finally:
        await runner.cleanup()


async def read(adapter, attachment):
    async with asyncio.timeout(10), aclosing(adapter.open(attachment)) as chunks:
        return b"".join([chunk async for chunk in chunks])


def shared(slack, upload, **changed):
    """As the message that shares it tells of it."""
    file = slack.upload(upload)
    file |= changed
    (attachment,) = attached([file], "T1")
    return attachment


async def refused(adapter, attachment):
    with pytest.raises(Refused) as refusal:
        await read(adapter, attachment)
    return refusal.value.sentence


@pytest.mark.parametrize("upload", [CSV, PNG, Upload("none.txt", b"")])
async def test_a_file_is_read_as_it_was_shared(slack, adapter, upload):
    assert await read(adapter, shared(slack, upload)) == upload.content
    assert slack.shared.headers == [f"Bearer {BOT_TOKEN}"]


async def test_a_file_of_another_company_is_asked_about_first(slack, adapter):
    (attachment,) = attached(references([slack.upload(CSV)]), "T1")
    assert await read(adapter, attachment) == CSV.content


async def test_a_page_to_log_in_is_not_the_file(slack, adapter, monkeypatch):
    monkeypatch.setattr("tests.fakes.slack_shared.BOT_TOKEN", "xoxb-another")
    sentence = await refused(adapter, shared(slack, PNG))
    assert sentence.startswith("Slack sent a web page instead of “fox.png”.")
    assert "files:read" in sentence


async def test_a_page_that_says_it_is_a_picture_is_not_the_file(slack, adapter):
    page = Upload("fox.png", LOGIN.encode(), "image/png")
    assert "web page" in await refused(adapter, shared(slack, page))


async def test_a_file_that_is_a_page_is_read(slack, adapter):
    page = Upload("page.html", LOGIN.encode(), "text/html")
    assert await read(adapter, shared(slack, page)) == page.content


async def test_text_that_quotes_a_page_is_read(slack, adapter):
    text = Upload("page.txt", LOGIN.encode(), "text/plain")
    assert await read(adapter, shared(slack, text)) == text.content


async def test_a_redirect_to_another_host_is_followed_without_the_token(slack, adapter):
    def answer(_request):
        return web.Response(body=CSV.content, content_type="text/csv")

    async with elsewhere(answer) as (url, heard):
        slack.shared.elsewhere = url
        assert await read(adapter, shared(slack, CSV)) == CSV.content
    assert slack.shared.headers == [f"Bearer {BOT_TOKEN}"]
    assert heard == [""]


async def test_a_redirect_to_where_people_log_in_is_not_the_file(slack, adapter):
    def answer(request):
        if "redir" not in request.query:
            raise web.HTTPFound(f"{request.path}?redir=%2Ffiles-pri")
        return web.Response(text=LOGIN, content_type="text/html")

    async with elsewhere(answer) as (url, _):
        slack.shared.elsewhere = url
        page = Upload("page.html", LOGIN.encode(), "text/html")
        assert "web page" in await refused(adapter, shared(slack, page))


async def test_redirects_that_lead_nowhere_end(slack, adapter):
    def answer(request):
        raise web.HTTPFound(request.path)

    async with elsewhere(answer) as (url, heard):
        slack.shared.elsewhere = url
        assert "from one address to the next" in await refused(adapter, shared(slack, CSV))
    assert len(heard) == 5


@pytest.mark.parametrize("location", ["https://[x", "ftp://x", "http://x y:z"])
async def test_a_redirect_that_is_no_address_is_told(slack, adapter, location):
    slack.shared.elsewhere = location
    assert "“people.csv”" in await refused(adapter, shared(slack, CSV))


async def test_an_address_that_is_not_slacks_is_never_asked(slack, adapter):
    async with elsewhere(lambda _: web.Response(text="x")) as (url, heard):
        attachment = shared(slack, CSV, url_private=url, url_private_download=url)
        assert "no address" in await refused(adapter, attachment)
    assert not heard


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"mode": "gone"}, "“people.csv” is gone from Slack"),
        ({"mode": "external"}, "not kept by Slack"),
        ({"is_external": True}, "not kept by Slack"),
        ({"url_private": "", "url_private_download": ""}, "no address"),
    ],
)
async def test_a_file_that_cannot_be_had_is_told_by_its_name(slack, adapter, changed, sentence):
    attachment = shared(slack, CSV)
    slack.shared.known["F1"] |= changed
    assert sentence in await refused(adapter, attachment)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("file_not_found", "“people.csv” is gone from Slack"),
        ("missing_scope files:read", "files:read"),
        ("access_denied", "Parley cannot read “people.csv”: Slack says access_denied."),
        ("token_revoked", "Parley was removed from this workspace"),
    ],
)
async def test_a_file_that_may_not_be_read_is_told_with_the_reason(slack, adapter, error, sentence):
    slack.refuse("files.info", error)
    assert sentence in await refused(adapter, shared(slack, CSV))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "is gone from Slack"), (403, "does not let Parley read"), (500, "did not answer")],
)
async def test_a_download_that_is_refused_is_told(slack, adapter, status, sentence):
    async with elsewhere(lambda _: web.Response(status=status)) as (url, _):
        slack.shared.elsewhere = url
        assert sentence in await refused(adapter, shared(slack, CSV))


async def test_a_download_that_breaks_off_is_told(slack, adapter):
    slack.shared.broken = True
    assert "broke off" in await refused(adapter, shared(slack, PNG))


async def test_a_reference_that_is_none_is_refused(slack, adapter):
    for reference in ("", "T1", "/", "T1/F9"):
        assert await refused(adapter, Attachment(reference, "x"))


async def test_who_stops_reading_ends_the_download(slack, adapter):
    async with aclosing(adapter.open(shared(slack, PNG))) as chunks:
        assert await anext(chunks)
    assert len(slack.shared.headers) == 1


class Client:
    base_url = "https://slack.com/api/"


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/x", "https://slack-files.com/x",
        "https://team.slack.com/x",
    ],
)  # fmt: skip
def test_slacks_own_hosts_get_the_token(url):
    assert files.is_slacks(url, Client)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/x", "https://slack.com.example.org/x", "https://evilslack.com/x",
        "https://example.org/slack.com", "https://slack.com@example.org/x", "//slack.com/x", "x",
        "https://example.org\\@slack.com/x", "https://[slack.com]/x", "https://a:b@slack.com/x",
    ],
)  # fmt: skip
def test_no_other_host_does(url):
    assert not files.is_slacks(url, Client)


@given(st.text(alphabet=st.sampled_from("https:/@.\\[]?#slackcomevil-1 \t\n")))
def test_no_address_breaks_the_check(url):
    assert files.is_slacks(url, Client) in (True, False)
