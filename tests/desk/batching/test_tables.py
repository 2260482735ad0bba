"""Tables as people bring them, and as they come back."""

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.batching import answered, asking, tables
from bot.desk.batching.asking import Asked
from bot.desk.batching.results import Results
from bot.desk.batching.templates import prompter
from bot.errors import Refused
from bot.openai import catalogue
from bot.openai.chat import ChatRequest
from tests.fakes.openai_batches import refused, said

CATALOGUE = catalogue.load()
REQUEST = ChatRequest(model="gpt-4o-mini", messages=(), max_output_tokens=50)


def asked(folder, content, name="prompts.csv", template=""):
    """The table, and (custom_id, prompt) of each request."""
    (folder / "table").write_bytes(content if isinstance(content, bytes) else content.encode())
    table = asking.write(folder / "table", name, Asked(template, REQUEST), CATALOGUE,
                         folder / "input.jsonl")  # fmt: skip
    lines = [msgspec.json.decode(one) for one in (folder / "input.jsonl").read_bytes().splitlines()]
    assert {one["url"] for one in lines} == {"/v1/chat/completions"}
    assert {one["body"]["max_tokens"] for one in lines} == {50}
    return table, [(one["custom_id"], one["body"]["messages"][-1]["content"]) for one in lines]


def prompts(folder, content, name="prompts.csv", template=""):
    return [text for _, text in asked(folder, content, name, template)[1]]


def back(folder, table, answers):
    """The table with its answers: custom_id -> (status, body)."""
    results = [
        {"custom_id": id_, "response": {"status_code": status, "body": body}, "error": None}
        for id_, (status, body) in answers.items()
    ]
    path = folder / "output.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in results))
    answered.write(folder / "table", table, Results([path]), folder / "answered")
    return (folder / "answered").read_bytes()


def test_a_text_has_a_prompt_a_line(tmp_path):
    assert prompts(tmp_path, "one\r\n\r\ntwo", "a.txt") == ["one", "two"]


def test_a_csv_of_one_column_has_a_prompt_a_row(tmp_path):
    assert prompts(tmp_path, "one\ntwo\n") == ["one", "two"]


def test_a_column_may_be_called_prompt(tmp_path):
    assert prompts(tmp_path, "id;Prompt\n1;one\n2;two\n") == ["one", "two"]


def test_several_columns_without_a_name_or_a_template_are_refused(tmp_path):
    with pytest.raises(Refused, match="has 2 columns, and none is called `prompt`"):
        prompts(tmp_path, "id,text\n1,one\n")


def test_a_template_has_the_columns_put_in(tmp_path):
    table = 'text,Language ,n\nhello,French,1\nbye,"Swiss, German",2\n'
    template = "Translate {text} to { language } as {{json}}"
    assert prompts(tmp_path, table, template=template) == [
        "Translate hello to French as {json}", "Translate bye to Swiss, German as {json}",
    ]  # fmt: skip


def test_what_a_cell_says_is_no_template(tmp_path):
    table = "text,secret\n{secret},x\n"
    assert prompts(tmp_path, table, template="Say {text}") == ["Say {secret}"]


def test_a_template_without_places_goes_before_each_row(tmp_path):
    assert prompts(tmp_path, "one\ntwo\n", template="Translate this:") == [
        "Translate this:\n\none", "Translate this:\n\ntwo",
    ]  # fmt: skip


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path):
    with pytest.raises(Refused, match=r"no column `{mood}`. There are `{text}`, `{language}`"):
        prompts(tmp_path, "text,language\na,b\n", template="{text} {mood}")
    with pytest.raises(Refused, match="first row of the file has no such name"):
        prompts(tmp_path, "a\nb\n", "a.txt", template="{text}")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_dialect_is_kept(tmp_path, delimiter, encoding, end):
    rows = [["prompt", "note"], ["Grüße?", "a,b;c|d\te"], ["zwei\nZeilen", 'say "hi"']]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    table, asked_for = asked(tmp_path, out.getvalue().encode(encoding))
    assert [text for _, text in asked_for] == ["Grüße?", "zwei\nZeilen"]
    content = back(tmp_path, table, {"row-2": said("Ja."), "row-1": said("Hallo!")})
    assert content.startswith(out.getvalue().encode(encoding)[:10])
    text = content.decode(encoding)
    assert f'"{end}' in text or end in text
    assert text.endswith(end)
    assert [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)] == [
        [*rows[0], "answer", "error"], [*rows[1], "Hallo!", ""], [*rows[2], "Ja.", ""],
    ]  # fmt: skip


def test_quotes_around_everything_are_kept(tmp_path):
    table, _ = asked(tmp_path, '"prompt","n"\n"one","1"\n')
    assert back(tmp_path, table, {"row-1": said("1")}) == (
        b'"prompt","n","answer","error"\n"one","1","1",""\n'
    )


def test_what_is_in_the_windows_code_page_comes_back_as_excel_reads_it(tmp_path):
    table, asked_for = asked(tmp_path, "prompt\nGrüße\n".encode("cp1252"))
    assert asked_for == [("row-1", "Grüße")]
    content = back(tmp_path, table, {"row-1": said("日本")})
    assert content.decode("utf-8-sig").splitlines()[1].split(",") == ["Grüße", "日本", ""]
    assert content.startswith(b"\xef\xbb\xbf")


def test_the_order_is_that_of_the_table_and_failed_rows_say_why(tmp_path):
    table, _ = asked(tmp_path, "prompt\na\n\nb\nc\nd\n")
    content = back(tmp_path, table, {
        "row-5": said("D", finish_reason="length"), "row-3": refused("Too rude."),
        "row-1": said("A"),
    }).decode()  # fmt: skip
    assert [*csv.reader(io.StringIO(content))] == [
        ["prompt", "answer", "error"], ["a", "A", ""], ["", "", ""], ["b", "", "400: Too rude."],
        ["c", "", ""], ["d", "D", "Cut off: the answer reached its length limit."],
    ]  # fmt: skip


def test_columns_that_are_there_already_are_not_taken(tmp_path):
    table, _ = asked(tmp_path, "prompt,Answer\na,old\n")
    assert back(tmp_path, table, {"row-1": said("new")}).decode() == (
        "prompt,Answer,answer 2,error\na,old,new,\n"
    )


def test_short_rows_are_filled_up(tmp_path):
    table, _ = asked(tmp_path, "prompt,a,b\none\ntwo,2,3\n")
    content = back(tmp_path, table, {"row-1": said("x"), "row-2": said("y")}).decode()
    assert content.splitlines()[1:] == ["one,,,x,", "two,2,3,y,"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", " =1", "\uff1d1", "=cmd|' /C calc'!A0", "\r=1"],
)
def test_an_answer_is_no_formula(text):
    assert answered.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.5", "-1,000.5", "50%", "a=b", "", "1e-9", "3 - 2"])
def test_numbers_and_words_stay_as_they_are(text):
    assert answered.harmless(text) == text


@given(st.text(max_size=20))
def test_whatever_a_model_says_no_cell_begins_as_a_formula(text):
    safe = answered.harmless(text)
    assert safe in {text, f"'{text}"}
    assert safe.lstrip()[:1] not in {"=", "@"}


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=9),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=9,
    )
)
def test_a_table_comes_back_with_every_cell_as_it_was(tmp_path_factory, cells):
    folder = tmp_path_factory.mktemp("wild")
    rows = [["prompt", "note"], ["first", "x"], *cells]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    table, asked_for = asked(folder, out.getvalue())
    content = back(folder, table, {id_: said(f"to {id_}") for id_, _ in asked_for})
    found = [*csv.reader(io.StringIO(content.decode(table.encoding), newline=""))]
    assert [row[:2] for row in found[1:]] == rows[1:]
    assert [row[2] for row in found[1:]] == [
        f"to row-{n}" if row[0].strip() else "" for n, row in enumerate(rows[1:], 1)
    ]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_table_or_refused(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("wild")
    try:
        table, asked_for = asked(folder, content)
    except Refused:
        return
    back(folder, table, {id_: said("x") for id_, _ in asked_for})


def test_more_rows_than_a_batch_takes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "MOST", 3)
    with pytest.raises(Refused, match="more than 3 rows"):
        prompts(tmp_path, "a\nb\nc\nd\n")


def test_a_table_without_a_prompt_is_refused(tmp_path):
    for content in ("", "\n\n", "prompt\n", "prompt\n  \n"):
        with pytest.raises(Refused, match="has no prompt"):
            prompts(tmp_path, content)


def test_a_cell_that_is_too_long_is_told_with_its_line(tmp_path):
    with pytest.raises(Refused, match=r"Line 2 of “prompts\.csv” is no CSV"):
        prompts(tmp_path, "prompt\n" + "a" * (tables.LONGEST + 1))


def test_the_same_name_twice_is_its_first_column():
    assert prompter("{a}", ("a", "A"), 2)(["1", "2"]) == "1"
