"""What the doctor says of moderation: whether anything is checked, and by whom."""

from bot.openai import catalogue
from bot.openai.catalogue import WrongCatalogue
from bot.openai.errors import OpenAIError
from bot.openai.meter import Free
from bot.openai.moderations import ModerationRequest, Moderations
from bot.openai.transport import Transport
from bot.ports import Finding
from bot.providers import chosen_model, route
from bot.settings import Settings

DOWN = {
    "auto": "closed where others read, open in direct messages",
    "open": "open everywhere",
    "closed": "closed everywhere",
}


async def check(settings: Settings) -> Finding:
    """It judges one word; OpenAI's takes no money for that."""
    wanted = settings.moderation
    if wanted.mode == "off":
        return Finding("Nothing is checked. See PARLEY_MODERATION_MODE.", "--")
    if settings.sandboxed("moderation"):
        return Finding("The sandbox judges questions, answers and watched channels.")
    server = route(settings, "moderation").servers[0]
    transport = Transport(server.base_url, server.key, server.organization)
    try:
        models = catalogue.load(settings.catalogue)
        request = ModerationRequest(model=chosen_model(settings, models, "moderation"), input="hi")
        await Moderations(transport, models).create(request, Free())
    except WrongCatalogue as error:
        return Finding(error.sentence, "!!")
    except OpenAIError as error:
        return _failed(error, server.name, must=wanted.mode == "on")
    finally:
        await transport.aclose()
    return Finding(f"{server.name} judges; while it is down, Parley is {DOWN[wanted.down]}.")


def _failed(error: OpenAIError, server: str, *, must: bool) -> Finding:
    if error.missing and not must:
        return Finding(
            f"{server} has no moderation endpoint, so nothing is checked. PARLEY_MODERATION_"
            "BASE_URL and PARLEY_MODERATION_API_KEY can name another provider.",
            "--",
        )
    return Finding(f"Nothing can be checked at {server}: {error.sentence}", "!!")
