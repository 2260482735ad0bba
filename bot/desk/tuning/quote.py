"""What a fine-tune would be and cost, before anybody agrees to it."""

from bot.desk.tuning.options import NUMBERS
from bot.desk.tuning.plan import Data, Plan
from bot.openai.catalogue import Model
from bot.parts import Button, Buttons, Card
from bot.spending import prices
from bot.spending.money import dollars

_NOTHING_YET = (
    "Nothing has begun. **Begin** uploads the files and starts the job; the cost is held against "
    "the budgets of who presses it until the job has ended."
)
BUTTONS = Buttons((
    Button("Begin", "begin_tuning"),
    Button("Settings", "tuning_settings"),
    Button("Discard", "discard_tuning"),
))  # fmt: skip


def quote(plan: Plan, model: Model, *, free: bool) -> Card:
    """`free`: by the sandbox."""
    facts = (
        ("Base model", plan.model), ("Method", plan.method),
        ("Training", _data(plan.training)),
        ("Validation", _data(plan.validation) if plan.validation else ""),
        ("Epochs", f"{plan.epochs}" if plan.chosen else f"the provider chooses, about "
                                                        f"{plan.epochs}"),
        ("Settings", _settings(plan)), ("Suffix", plan.suffix or ""),
        ("Trained on", f"{plan.trained:,} tokens"), ("Cost", _cost(plan, model, free=free)),
    )  # fmt: skip
    fields = tuple((name, value) for name, value in facts if value)
    return Card(f"Fine-tune {plan.name}?"[:150], _NOTHING_YET, fields)


def _cost(plan: Plan, model: Model, *, free: bool) -> str:
    if free:
        return "free, in the sandbox"
    cost = prices.of_training(model, plan.trained)
    if cost is None:
        return f"not known for {model.id}"
    if not cost:
        return "free"
    return dollars(cost) if plan.chosen else f"about {dollars(cost)}"


def _data(data: Data) -> str:
    return f"{data.name}: {data.examples:,} examples, {data.tokens:,} tokens"


def _settings(plan: Plan) -> str:
    ours = {wire: name.replace("_", " ") for name, wire in NUMBERS.items() if name != "epochs"}
    chosen = [f"{ours[k]} {v}" for k, v in plan.hyperparameters.items() if k in ours]
    chosen += [f"seed {plan.seed}"] if plan.seed is not None else []
    return ", ".join(chosen)
