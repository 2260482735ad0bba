"""Segments as subtitles that players read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.media.subtitles import srt, vtt
from bot.openai.transcription_types import Segment

SAID = [
    Segment(0, 1.5, " Hello."),
    Segment(3599.9996, 3661.25, "One hour <b>& more</b>"),
    Segment(360_000, 360_001, "Long.", "Ann <3"),
]


def test_srt_counts_from_one_with_hours_and_commas():
    assert srt(SAID) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n"
        "2\n01:00:00,000 --> 01:01:01,250\nOne hour <b>& more</b>\n\n"
        "3\n100:00:00,000 --> 100:00:01,000\nAnn <3: Long.\n\n"
    )


def test_vtt_escapes_what_would_be_markup_and_names_who_speaks():
    assert vtt(SAID) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.500\nHello.\n\n"
        "01:00:00.000 --> 01:01:01.250\nOne hour &lt;b&gt;&amp; more&lt;/b&gt;\n\n"
        "100:00:00.000 --> 100:00:01.000\n<v Ann &lt;3>Long.\n\n"
    )


segments = st.builds(
    Segment, start=st.floats(-1, 1e6), end=st.floats(0, 1e6), text=st.text(), speaker=st.just("")
)


@given(st.lists(segments))
def test_whatever_is_said_a_subtitle_is_two_lines_and_lasts(said):
    for made, head in ((srt(said), 1), (vtt(said).removeprefix("WEBVTT\n\n"), 0)):
        blocks = made.split("\n\n")[:-1]
        assert len(blocks) == sum(bool(one.text.strip()) for one in said)
        for block in blocks:
            lines = block.split("\n")
            assert len(lines) == 2 + head
            start, end = re.fullmatch(r"(\d\d+:\d\d:\d\d\S\d{3}) --> (\S+)", lines[head]).groups()
            assert (len(start), start) < (len(end), end)
            assert "-->" not in lines[head + 1]


def test_nothing_said_is_a_file_without_subtitles():
    assert (srt([]), vtt([Segment(0, 1, "  ")])) == ("", "WEBVTT\n\n")
