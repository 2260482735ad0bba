"""What a fine-tune may be asked, and what of it the model takes."""

import json
from collections.abc import Mapping
from typing import Any

from bot.commands import Option
from bot.errors import Refused
from bot.events import Attachment, Value
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import check_tunable
from bot.openai.fine_tuning import LONGEST_SUFFIX

METHODS = ("supervised", "dpo", "reinforcement")
NUMBERS = {
    "epochs": "n_epochs",
    "batch_size": "batch_size",
    "learning_rate": "learning_rate_multiplier",
    "beta": "beta",
}
"""Of our options, as the API calls them."""

_EPOCHS = Option("epochs", "How often each example is seen; else the provider chooses", int,
                 minimum=1, maximum=50)  # fmt: skip
_BATCH = Option("batch_size", "Examples at once; else the provider chooses", int, minimum=1)
_RATE = Option("learning_rate", "Times the usual rate; else the provider chooses", float,
               minimum=0.05, maximum=5)  # fmt: skip
_BETA = Option("beta", "dpo: how close to stay to the model as it was", float, minimum=0)
HYPERPARAMETERS = (_EPOCHS, _BATCH, _RATE, _BETA)
METHOD = Option("method", "How it learns", choices=METHODS)
SETTINGS = (Option("method", "How it learns", required=True, choices=METHODS), *HYPERPARAMETERS)
"""The form of a quote's button: as many as Discord takes."""

MORE = (
    Option("validation", "Examples to judge it by, which it does not learn", Attachment),
    Option("suffix", "What the new model's name has in it, as in ft:…:suffix:…"),
    METHOD,
    *HYPERPARAMETERS,
    Option("seed", "The same seed trains the same way", int, minimum=0, maximum=2**31 - 1),
    Option("grader", "reinforcement: what judges an answer, as JSON", long=True),
)


def numbers(values: Mapping[str, Value], method: str) -> dict[str, float | str]:
    """The hyperparameters that were chosen. Raises Refused."""
    if "beta" in values and method != "dpo":
        raise Refused(f"`beta` is for `dpo`, and this would be trained by `{method}`.")
    found = {wire: values[name] for name, wire in NUMBERS.items() if name in values}
    return {wire: n for wire, n in found.items() if isinstance(n, int | float)}


def suffix(text: str) -> str | None:
    """Raises Refused."""
    if len(text) > LONGEST_SUFFIX:
        raise Refused(f"The suffix is too long: it has {LONGEST_SUFFIX} characters at most.")
    return text or None


def method_of(catalogue: Catalogue, id_: str, asked: str) -> str:
    """The model's first, where nobody asks for one. Raises WrongValue."""
    model = catalogue.model(id_)
    method = asked or next(iter(model.methods), METHODS[0])
    check_tunable(catalogue, model, method)
    return method


def grader(text: str, method: str) -> dict[str, Any] | None:
    """Raises Refused."""
    if not text.strip():
        if method == "reinforcement":
            raise Refused("`reinforcement` needs a `grader`: what judges an answer, as JSON.")
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(f"The grader is no JSON: {error.msg} in line {error.lineno}.") from error
    if not isinstance(found, dict):
        raise Refused('The grader is a JSON object, as in `{"type": "string_check", …}`.')
    return found
