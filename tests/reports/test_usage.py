"""/usage team and /usage report, over calls as the ledger books them."""

import csv
import io

import pytest
from PIL import Image as Picture

from bot.errors import Refused
from bot.parts import File, Image
from bot.reports import chart
from bot.reports.making import Making
from handlers import usage
from tests.reports.desk import reports_desk, shown


async def said(desk, command="usage report", **values):
    making = Making(desk.services, desk.time)
    handler = {"usage report": usage._report, "usage team": usage._team}[command]
    return await shown(handler(making, desk.run(command, **values)))


async def team(path, **values):
    """What is said of a team of two and a half."""
    async with reports_desk(path) as desk:
        await desk.known(ADA="Ada", BOB="B*b [x](http://y)")
        await desk.book(2026, 11, 2, 12, cost=1_000_000)
        await desk.book(2026, 11, 2, 13, author="slack:T1:BOB", channel="slack:T1:C2",
                        model="dall-e-3", capability="images", pictures=2, cost=80_000)  # fmt: skip
        await desk.book(2026, 11, 23, 9, author="slack:T1:GONE", cost=None)
        await desk.book(2026, 10, 31, 23, cost=5_000_000)
        await desk.book(2026, 11, 3, 9, workspace="slack:T2", cost=7_000_000)
        return await said(desk, **values)


async def test_a_report_is_by_person_channel_model_capability_and_day(tmp_path):
    screen = await team(tmp_path)
    assert screen.text == (
        "**Usage, this month (1 to 23 November 2026)**\n"
        "at least $1.08 in 3 calls.\n"
        "The price of 1 call is not known; the sums leave it out.\n\n"
        "**By person**\n"
        "- Ada: $1.00 (93%, 1 call, 150 tokens)\n"
        "- B b x http y: $0.08 (7%, 1 call, 150 tokens, 2 pictures)\n"
        "- GONE: price not known (0%, 1 call, 150 tokens)\n\n"
        "**By channel**\n"
        "- #general: at least $1.00 (93%, 2 calls, 300 tokens)\n"
        "- C2: $0.08 (7%, 1 call, 150 tokens, 2 pictures)\n\n"
        "**By model**\n"
        "- gpt-4o-mini: at least $1.00 (93%, 2 calls, 300 tokens)\n"
        "- dall-e-3: $0.08 (7%, 1 call, 150 tokens, 2 pictures)\n\n"
        "**By capability**\n"
        "- chat: at least $1.00 (93%, 2 calls, 300 tokens)\n"
        "- images: $0.08 (7%, 1 call, 150 tokens, 2 pictures)"
    )


async def test_a_report_of_few_days_names_each(tmp_path):
    screen = await team(tmp_path, since="2026-11-01", until="2026-11-07")
    assert screen.text.endswith(
        "**By day**\n- Mon 2 Nov: $1.08 (100%, 2 calls, 300 tokens, 2 pictures)"
    )


async def test_the_chart_can_be_read_on_a_light_and_on_a_dark_page(tmp_path):
    """It stands on a card of its own, and all that is on it differs enough from that."""
    (image, _) = (await team(tmp_path)).media
    with Picture.open(io.BytesIO(image.content)) as picture:
        assert picture.convert("RGBA").getextrema()[3] == (255, 255)
        assert picture.size[0] >= 1_000
    card = luminance(chart.CARD)
    for color in (chart.INK, chart.FAINT, *chart.BARS.values()):
        assert (luminance(color) + 0.05) / (card + 0.05) > 7  # WCAG's AAA


def luminance(color):
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


async def test_names_that_the_font_has_not_break_no_chart(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.known(ADA="李小龍 $x^2$", BOB="$5")
        await desk.book()
        await desk.book(author="slack:T1:BOB")
        (image, _) = (await said(desk)).media
    assert image.content


async def test_it_has_a_chart_that_is_described_and_a_table(tmp_path):
    screen = await team(tmp_path)
    image, file = screen.media
    assert isinstance(image, Image)
    assert image.content.startswith(b"\x89PNG")
    assert "1 to 23 November 2026" in image.alt
    assert isinstance(file, File)
    assert file.name == "usage-2026-11-01-2026-11-23.csv"
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["day"], row["person"], row["channel_name"], row["cost_usd"]) for row in rows] == [
        ("2026-11-02", "slack:T1:ADA", "#general", "1.000000"),
        ("2026-11-02", "slack:T1:BOB", "C2", "0.080000"),
        ("2026-11-23", "slack:T1:GONE", "#general", "0.000000"),
    ]
    assert [row["unpriced"] for row in rows] == ["0", "0", "1"]


async def test_the_team_is_told_by_what_is_asked(tmp_path):
    screen = await team(tmp_path, command="usage team", by="model", period="last month")
    assert screen.text == (
        "**Usage, last month (1 to 31 October 2026)**\n"
        "$5.00 in 1 call.\n\n"
        "**By model**\n"
        "- gpt-4o-mini: $5.00 (100%, 1 call, 150 tokens)"
    )
    assert not screen.media


@pytest.mark.parametrize(
    ("values", "dates"),
    [
        ({"period": "today"}, "today (23 November 2026)"),
        ({"period": "7 days"}, "7 days (17 to 23 November 2026)"),
        ({"since": "2026-11-02", "until": "2026-11-03"}, "2 to 3 November 2026"),
        ({"since": "2026-10-30"}, "30 October 2026 to 23 November 2026"),
        ({"until": "2026-10-30"}, "1 to 30 October 2026"),
        ({"since": "2026-11-20", "until": "2027-03-01"}, "20 to 23 November 2026"),
    ],
)
async def test_the_days_are_as_asked(tmp_path, values, dates):
    screen = await team(tmp_path, command="usage team", **values)
    assert screen.text.startswith(f"**Usage, {dates}**")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"since": "2026-11-03", "until": "2026-11-02"}, "swap them"),
        ({"since": "2026-12-03"}, "`since` (2026-12-03) is after"),
        ({"since": "2026-12-01", "until": "2026-12-02"}, "1 December 2026 has not come yet"),
        ({"since": "yesterday"}, "a day like 2026-11-30; you gave “yesterday”"),
        ({"since": "0001-01-01"}, "nothing to pay for"),
        ({"since": "2020-01-01"}, "at most 366"),
        ({"since": "2026-11-01", "period": "today"}, "not both"),
    ],
)
async def test_days_that_cannot_be_are_refused_with_what_is_allowed(tmp_path, values, sentence):
    with pytest.raises(Refused) as refused:
        await team(tmp_path, **values)
    assert sentence in refused.value.sentence


async def test_before_the_first_row_and_without_any_it_says_so(tmp_path):
    screen = await team(tmp_path, since="2026-01-01", until="2026-01-31")
    assert "Nothing: Parley's records begin on 31 October 2026." in screen.text
    assert not screen.media
    async with reports_desk(tmp_path / "..") as desk:
        assert (await said(desk)).text.endswith("Nothing has been used yet.")


async def test_of_a_large_team_ten_are_named_and_the_rest_is_one_line(tmp_path):
    async with reports_desk(tmp_path) as desk:
        for number in range(25):
            await desk.book(author=f"slack:T1:U{number:02}", cost=1_000 * (25 - number))
        screen = await said(desk, "usage team")
    lines = screen.text.splitlines()
    assert lines[4:6] == ["- U00: $0.025 (8%, 1 call, 150 tokens)",
                          "- U01: $0.024 (7%, 1 call, 150 tokens)"]  # fmt: skip
    assert lines[14] == "- 15 others: $0.12 (37%, 15 calls, 2,250 tokens)"
    assert len(lines) == 15


async def test_namesakes_are_told_apart(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.known(ADA="Ada", AD2="Ada")
        await desk.book()
        await desk.book(author="slack:T1:AD2")
        screen = await said(desk, "usage team")
    assert "- Ada ADA: " in screen.text
    assert "- Ada AD2: " in screen.text


async def test_a_platform_is_asked_for_the_name_of_a_channel_once_an_hour(tmp_path):
    async with reports_desk(tmp_path) as desk:
        asked, adapter = [], desk.services.adapters["slack"]
        called = adapter.called

        async def counted(place):
            asked.append(place.channel)
            return await called(place)

        adapter.called = counted
        for number in range(60):
            await desk.book(channel=f"slack:T1:C{number}")
        making = Making(desk.services, desk.time)
        for _ in range(2):
            await shown(usage._report(making, desk.run()))
    assert len(asked) == len(set(asked)) == 60


async def test_a_spreadsheet_calculates_nothing_from_a_name(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.known(ADA="=1+2")
        await desk.book()
        (_, file) = (await said(desk)).media
    assert ",'=1+2," in file.content.decode("utf-8-sig")


async def test_what_costs_nothing_is_counted_in_calls(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.book(cost=0)
        await desk.book(author="slack:T1:BOB", cost=0)
        screen = await said(desk)
    assert "- ADA: $0.00 (50%, 1 call, 150 tokens)" in screen.text
    assert len(screen.media) == 2


async def test_a_call_near_midnight_is_in_the_workspaces_day(tmp_path):
    """Also on the day of 25 hours, and that is not the provider's day."""
    async with reports_desk(tmp_path) as desk:
        await desk.book(2026, 10, 25, 0, 10)
        await desk.book(2026, 10, 25, 23, 50)
        screen = await said(desk, "usage team", since="2026-10-25", until="2026-10-25")
        days = await desk.services.reports.by_model(range(40_000))
    assert "in 2 calls" in screen.text
    assert len(days) == 2


async def test_every_way_of_settling_is_in_the_report_once(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.book()
        await desk.storage.database.write(
            lambda db: db.execute("UPDATE calls SET state = 'settled', cost = 99").rowcount
        )
        await desk.book(cost=5)
        assert "$0.01 in 2 calls" in (await said(desk, "usage team")).text
