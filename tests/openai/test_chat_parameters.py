from bot.openai.catalogue import Model
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.chat_parameters import adapted, parameters, refused_name
from bot.openai.errors import BadRequest

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


def test_parameters_that_a_model_refuses_are_left_out():
    picky = Model(id="picky", refuses=frozenset({"seed"}))
    assert "seed" not in parameters(request(seed=1), picky)


def test_extra_goes_as_it_is():
    assert parameters(request(extra={"verbosity": "low"}), REASONING)["verbosity"] == "low"


def test_a_refused_parameter_is_found_by_field_or_by_words():
    sent = {"max_tokens": 5, "stream_options": {}}
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    assert refused_name(BadRequest(words), sent, ()) == "max_tokens"
    assert refused_name(BadRequest("Unsupported", param="stream_options"), sent, ()) == (
        "stream_options"
    )


def test_a_bound_that_is_too_large_is_not_mistaken_for_an_unknown_name():
    error = BadRequest("max_tokens is too large: 5", param="max_tokens")
    assert refused_name(error, {"max_tokens": 5}, ()) == ""


def test_what_was_refused_goes_by_its_other_name_or_not_at_all():
    sent = {"max_tokens": 5, "stream_options": {}, "model": "m"}
    assert adapted(sent, {"max_tokens", "stream_options"}) == {
        "max_completion_tokens": 5,
        "model": "m",
    }
