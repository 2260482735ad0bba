"""Training data as people bring it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.jsonl import lines, sampling
from bot.desk.jsonl.problems import told
from bot.desk.jsonl.training import check, check_training, method_of
from bot.openai import catalogue

MODEL = catalogue.load().model("gpt-4o-mini")


def example(*said, **more):
    """`user:Hello` …"""
    messages = [dict(zip(("role", "content"), one.split(":", 1), strict=True)) for one in said]
    return json.dumps({"messages": messages, **more})


GOOD = example("system:Be kind.", "user:Hello", "assistant:Hi there!")
ROLE = "In `messages[0].role`, “bot” is no role: system, developer, user, assistant and tool are."
ENOUGH = [GOOD] * 10


async def report(tmp_path, content, method="supervised"):
    path = tmp_path / "training.jsonl"
    if not isinstance(content, bytes):
        content = "\n".join(content).encode()
    path.write_bytes(content)
    return await check_training(path, method, MODEL)


async def problems(tmp_path, content, method="supervised"):
    found = await report(tmp_path, content, method)
    assert found.wrong == len(found.problems)
    return [(one.line, one.reason) for one in found.problems]


async def test_what_is_good_is_counted(tmp_path):
    found = await report(tmp_path, ENOUGH)
    assert (found.lines, found.examples, found.problems, found.too_many) == (10, 10, (), False)
    assert found.tokens == 10 * (3 + 1 + 3 + 3 * 3)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
async def test_lines_may_end_as_windows_has_it_and_the_last_need_not_end(tmp_path, end):
    lines_ = [GOOD.encode()] * 10
    assert (await report(tmp_path, end.join(lines_))).examples == 10
    assert (await report(tmp_path, end.join([*lines_, b"", b""]))).problems == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"messages": [', "It is no JSON: it ends too early."),
        ("hello", "It is no JSON, from byte 0 on."),
        ("[]", "It is no such line: expected an object, got a list."),
        ("{}", "It is no such line: object missing required field `messages`."),
        ('{"messages": "a"}', "In `messages`, expected a list, got text."),
        ('{"messages": []}', "It has no messages."),
        (example("bot:Hi", "assistant:Hi"), ROLE),
        (example("user:Hi"), "It has no answer: no message is by “assistant”."),
        (example("user:A", "assistant:B", "user:C"),
         "Its last message is by “user”, not by “assistant”."),
        (example("user:", "assistant:B"), "Message 1, by “user”, is empty."),
        (example("user:A", "assistant:"), "Message 2, by “assistant”, is empty."),
        (example("user:A", "tool:B", "assistant:C"),
         "Message 2, by “tool”, has no `tool_call_id`."),
        ('{"messages": [{"role": "user", "content": "A\0"}]}',
         "It has NUL bytes, which no JSON has."),
        ('{"more": ' + "[" * 100_000, "It is nested too deeply."),
    ],
)  # fmt: skip
async def test_a_bad_line_is_told_with_its_number(tmp_path, line, reason):
    assert await problems(tmp_path, [*ENOUGH, line, GOOD]) == [(11, reason)]


async def test_weights_are_of_answers(tmp_path):
    asked = {"role": "user", "content": "A"}
    unlearned = {"role": "assistant", "content": "B", "weight": 0}
    assert await problems(tmp_path, [*ENOUGH, json.dumps({"messages": [asked, unlearned]})]) == [
        (11, "Every answer in it has the weight 0, so nothing is learned from it.")
    ]
    heavy = [{**asked, "weight": 1}, {**unlearned, "weight": 1}]
    ((line, reason),) = await problems(tmp_path, [*ENOUGH, json.dumps({"messages": heavy})])
    assert (line, "only answers have one" in reason) == (11, True)


async def test_an_answer_may_be_a_call_of_tools(tmp_path):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [{"role": "user", "content": "A"}, {"role": "assistant", "tool_calls": [call]}]
    assert (
        await problems(tmp_path, [*ENOUGH, json.dumps({"messages": messages, "tools": []})]) == []
    )


async def test_empty_lines_in_the_middle_are_told(tmp_path):
    found = await problems(tmp_path, [GOOD, "", " ", *ENOUGH])
    assert found == [(2, "It is empty. Take it out."), (3, "It is empty. Take it out.")]


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n \n"])
async def test_an_empty_file_is_told(tmp_path, content):
    assert await problems(tmp_path, content) == [(0, "The file is empty.")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_utf_16_is_told_once(tmp_path, encoding):
    content = "\n".join(ENOUGH).encode(encoding)
    assert await problems(tmp_path, content) == [(0, "The file is UTF-16. Save it as UTF-8.")]


async def test_a_byte_order_mark_is_told(tmp_path):
    content = "\n".join(ENOUGH).encode("utf-8-sig")
    ((line, reason),) = await problems(tmp_path, content)
    assert (line, "byte order mark" in reason) == (1, True)


async def test_another_encoding_is_told(tmp_path):
    line = example("user:Grüße", "assistant:B")
    content = "\n".join([*ENOUGH, line]).encode().replace("ü".encode(), b"\xfc")
    content = content.replace(b"\\u00fc", b"\xfc")
    assert await problems(tmp_path, content) == [(11, "It is no UTF-8. Save the file as UTF-8.")]


async def test_a_giant_line_is_told_and_those_behind_it_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST", 1_000)
    giant = example("user:" + "a" * 5_000, "assistant:B")
    found = await report(tmp_path, [GOOD, giant, *ENOUGH])
    assert [one.line for one in found.problems] == [2]
    assert found.examples == 11


async def test_too_few_examples_are_told(tmp_path):
    ((line, reason),) = await problems(tmp_path, [GOOD] * 9)
    assert (line, reason) == (0, "9 examples are too few: there must be at least 10.")


async def test_twenty_problems_are_listed_and_the_rest_is_counted(tmp_path):
    found = await report(tmp_path, ["{"] * 50)
    assert (len(found.problems), found.wrong, found.too_many) == (20, 50, True)
    assert told(found.problems, found.wrong).endswith("- … and 30 more.")


def compared(**more):
    chosen = {"role": "assistant", "content": "Yes"}
    line = {"input": {"messages": [{"role": "user", "content": "A"}]}}
    line |= {"preferred_output": [chosen], "non_preferred_output": [chosen]}
    return json.dumps(line | more)


async def test_preferences_have_two_answers(tmp_path):
    path = tmp_path / "dpo.jsonl"
    path.write_text(compared())
    assert method_of(path) == "dpo"
    assert await problems(tmp_path, [compared()] * 10, "dpo") == []
    bad = [compared()] * 9 + [compared(preferred_output=[]), GOOD]
    found = await problems(tmp_path, bad, "dpo")
    assert found[0] == (10, "Its `preferred_output` is not one message by “assistant”.")
    assert found[1][0] == 11


async def test_reinforcement_ends_with_a_question(tmp_path):
    line = example("user:A", answer="42")
    path = tmp_path / "rl.jsonl"
    path.write_text(line)
    assert method_of(path) == "reinforcement"
    assert await problems(tmp_path, [line] * 10, "reinforcement") == []
    ((number, _),) = await problems(tmp_path, [*[line] * 10, GOOD], "reinforcement")
    assert number == 11


async def test_a_sample_tells_the_tokens_of_a_large_file(tmp_path, monkeypatch):
    words = ["a", "the quick brown fox", "Donaudampfschifffahrtsgesellschaft " * 9]
    content = [example(f"user:{words[n % 3]}", "assistant:Yes.") for n in range(6_000)]
    exact = await report(tmp_path, content)
    monkeypatch.setattr(sampling, "SAMPLE", 100_000)
    sampled = await report(tmp_path, content)
    assert sampled.tokens != exact.tokens
    assert sampled.tokens == pytest.approx(exact.tokens, rel=0.05)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_there_is_a_report(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("wild") / "wild.jsonl"
    path.write_bytes(content)
    found = check(path, "supervised", MODEL)
    assert found.wrong >= 1  # too few, at the least
    assert all(one.reason.endswith((".", ").")) for one in found.problems)
    assert all(0 <= one.line <= content.count(b"\n") + 1 for one in found.problems)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
_said = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "bot"]) | _values,
     "content": st.text(max_size=9) | _values}
)  # fmt: skip


@given(
    st.lists(st.fixed_dictionaries({"messages": st.lists(_said, max_size=4) | _values}), min_size=1)
)
def test_every_line_is_an_example_or_a_problem(tmp_path_factory, examples):
    path = tmp_path_factory.mktemp("wild") / "wild.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in examples))
    found = check(path, "supervised", MODEL)
    assert found.lines == len(examples)
    wrong = len({one.line for one in found.problems if one.line})
    if not found.too_many:
        assert found.examples + wrong == found.lines
