import pytest

from bot.openai.catalogue import Model
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.chat_parameters import OTHERWISE, parameters
from bot.openai.errors import BadRequest
from bot.openai.parameters import Adapting

OLD = Model(id="old")
REASONING = Model(id="new", reasoning=True, renames={"max_tokens": "max_completion_tokens"})


def request(**more):
    return ChatRequest(model="m", messages=[ChatMessage("user", "hi")], **more)


def test_what_nobody_asked_for_is_not_sent():
    assert parameters(request(), OLD) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
    }


def test_the_bound_goes_by_the_name_that_the_model_wants():
    assert parameters(request(max_output_tokens=5), OLD)["max_tokens"] == 5
    assert parameters(request(max_output_tokens=5), REASONING)["max_completion_tokens"] == 5


def test_a_model_that_reasons_takes_no_temperature_unless_it_does_not_reason():
    asked = request(temperature=0.5, top_p=0.9)
    assert "temperature" not in parameters(asked, REASONING)
    assert "top_p" not in parameters(asked, REASONING)
    quiet = request(temperature=0.5, reasoning_effort="none")
    assert parameters(quiet, REASONING)["temperature"] == 0.5


def test_the_catalogues_effort_is_a_default():
    luna = Model(id="luna", reasoning=True, effort="none")
    assert parameters(request(), luna)["reasoning_effort"] == "none"
    assert parameters(request(reasoning_effort="high"), luna)["reasoning_effort"] == "high"


def test_tools_go_with_the_only_effort_that_takes_them():
    model = Model(id="sol", reasoning=True, tools_effort="none")
    asked = request(tools=({},), reasoning_effort="high", temperature=0.5)
    assert parameters(asked, model)["reasoning_effort"] == "none"
    assert parameters(asked, model)["temperature"] == 0.5
    assert parameters(request(reasoning_effort="high"), model)["reasoning_effort"] == "high"


def test_parameters_that_a_model_refuses_are_left_out():
    picky = Model(id="picky", refuses=frozenset({"seed"}))
    assert "seed" not in parameters(request(seed=1), picky)


def test_extra_goes_as_it_is():
    assert parameters(request(extra={"verbosity": "low"}), REASONING)["verbosity"] == "low"


class Server:
    """Refuses with these errors, one a request, then answers with what it was sent."""

    def __init__(self, *refusals):
        self.refusals = list(refusals)

    async def __call__(self, fields):
        if self.refusals:
            raise self.refusals.pop(0)
        return fields


async def sent(fields, *refusals):
    return await Adapting(OTHERWISE).ask("m", fields, Server(*refusals))


async def test_a_refused_parameter_is_found_by_field_or_by_words():
    fields = {"max_tokens": 5, "stream_options": {}, "model": "m"}
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    answer = await sent(fields, BadRequest(words), BadRequest("Unknown", param="stream_options"))
    assert answer == {"max_completion_tokens": 5, "model": "m"}


async def test_a_bound_that_is_too_large_is_not_mistaken_for_an_unknown_name():
    with pytest.raises(BadRequest):
        await sent({"max_tokens": 5}, BadRequest("max_tokens is too large: 5", param="max_tokens"))


async def test_a_person_whom_a_server_takes_by_no_name_is_left_out():
    refusals = [BadRequest("Unrecognized request argument: safety_identifier")]
    assert await sent({"safety_identifier": "x"}, *refusals) == {"user": "x"}
    refusals = [BadRequest("extra fields not permitted", param="user")]
    assert await sent({"user": "x"}, *refusals) == {}


async def test_what_was_refused_is_remembered_for_its_model_alone():
    adapting = Adapting(OTHERWISE)
    refusing = Server(BadRequest("Unsupported", param="stream_options"))
    await adapting.ask("m", {"stream_options": {}}, refusing)
    assert await adapting.ask("m", {"stream_options": {}}, Server()) == {}
    assert await adapting.ask("n", {"stream_options": {}}, Server()) == {"stream_options": {}}
