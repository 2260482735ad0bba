"""A prompt in other words, by the chat model."""

import dataclasses

from msgspec.structs import replace

from bot.openai.catalogue import Model
from bot.openai.chat import ChatMessage, ChatRequest
from bot.pictures.plan import Plan
from bot.run import Run
from bot.spending.door import Charged

_LONGEST = 1_000  # tokens
_ASK = (
    "You word prompts for an image model anew. Keep what is to be seen; change the composition, "
    "the light, the mood or the style. Answer with the new prompt and nothing else."
)


async def reworded(run: Run, charged: Charged, model: Model, plan: Plan) -> Plan:
    """The plan as it was where the model finds no words. Raises Refused, OpenAIError."""

    async def ask() -> str:
        said = (ChatMessage("system", _ASK), ChatMessage("user", plan.request.prompt))
        request = ChatRequest(model=model.id, messages=said, max_output_tokens=_LONGEST)
        return (await charged.complete(request)).text.strip()

    words = await run.once("words", ask) or plan.request.prompt
    return dataclasses.replace(plan, request=replace(plan.request, prompt=words), reword=False)
