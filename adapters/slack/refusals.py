"""What Slack does not do for us, as a sentence for the person who asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.web import Lost, error_code, missing_scope
from bot.errors import Refused, Undeliverable


@contextmanager
def explained(failed: str) -> Iterator[None]:
    """Raises Refused: Slack's reason where it names one that a person can do something about,
    else `failed`, which begins a sentence ("Parley cannot read this thread").
    """
    try:
        yield
    except SlackApiError as error:
        reason = f"{failed}: Slack says {error_code(error)}."
        raise Refused(missing_scope(error) or reason, str(error)) from error
    except Undeliverable as error:
        raise Refused(error.sentence, str(error)) from error
    except (Lost, TimeoutError, aiohttp.ClientError) as error:
        raise Refused(
            f"{failed}: Slack did not answer, or broke off. Try again.", repr(error)
        ) from error
