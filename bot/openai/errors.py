"""What can go wrong between Parley and a server that speaks OpenAI's API.

OpenAIError
├── ConnectionFailed       no connection, or it broke before the answer
├── TimedOut               no connection, answer or chunk in time; 408
├── StreamCut              a stream ended without finish_reason or [DONE]
├── Malformed              not what the API says: HTML, broken JSON
├── BadRequest             400, 422 and every other 4xx
│   ├── TooLong            more tokens than the model takes
│   ├── ContentRefused     the provider's content rules
│   └── TooLarge           413
├── AuthenticationFailed   401
├── PermissionDenied       403
├── NotFound               404: the model or the endpoint
├── RateLimited            429
│   └── LimitReached       not sent: its turn in the queue would come too late
├── QuotaSpent             429 that no waiting mends: credit or a spending limit is used up
├── ServerFailed           >= 500, 409
├── ProviderDown           not sent: the server failed many times in a row
└── AnswerLost             it may have made what was asked for, and a second request a second one

`sentence` is for people and never has what a server wrote into an HTML page; the exception's own
text is for the log: status, code, request id, and the first words of the server's message.
"""

from collections.abc import Mapping
from typing import ClassVar

from bot.errors import ParleyError

Headers = Mapping[str, str]  # names in lower case
_NO_ENDPOINT = {404, 405, 501}


class OpenAIError(ParleyError):
    """`may_have_run`: the server may have worked, and charged, for it. `retried`: trying the same
    again may help.
    """

    says: ClassVar[str] = "The model's server could not answer."
    retried: ClassVar[bool] = False

    def __init__(  # noqa: PLR0913  an error has this many facts
        self,
        cause: str,
        *,
        sentence: str = "",
        status: int | None = None,
        code: str = "",
        param: str = "",
        headers: Headers | None = None,
        may_have_run: bool = False,
    ) -> None:
        self.headers = headers or {}
        self.request_id = self.headers.get("x-request-id", "")
        facts = (f"{status or ''} {code}".strip(), cause, f"request {self.request_id}")
        shown = facts if self.request_id else facts[:-1]
        super().__init__(sentence or self.says, ", ".join(fact for fact in shown if fact))
        self.status = status
        self.code = code
        self.param = param
        self.may_have_run = may_have_run

    @property
    def missing(self) -> bool:
        """The server has no such endpoint."""
        return self.status in _NO_ENDPOINT and self.code != "model_not_found"


class ConnectionFailed(OpenAIError):
    says = "I cannot reach the model's server. Please try again in a minute."
    retried = True


class TimedOut(OpenAIError):
    says = "The model's server did not answer in time. Please try again."
    retried = True


class StreamCut(OpenAIError):
    says = "The model's answer broke off before its end."
    retried = True


class Malformed(OpenAIError):
    says = (
        "The model's server answered something that is no answer. "
        "An admin should check its address: `python -m bot doctor` names the setting."
    )


class BadRequest(OpenAIError):
    says = "The model's server did not accept the request."


class TooLong(BadRequest):
    says = "That is more text than this model can read. Shorten it, or start a new thread."


class ContentRefused(BadRequest):
    says = "The provider's content rules do not allow this request. Please word it differently."


class TooLarge(BadRequest):
    says = "That is too large for the model's server. Please send less at once."


class AuthenticationFailed(OpenAIError):
    says = (
        "The model's server did not accept Parley's API key. "
        "An admin must check it: `python -m bot doctor` names the setting."
    )


class PermissionDenied(OpenAIError):
    says = (
        "Parley's API key may not do this. "
        "An admin must check the key's permissions, or choose another model."
    )


class NotFound(OpenAIError):
    says = (
        "The model's server does not know this model or this function. "
        "An admin should check its name and the address: `python -m bot doctor` names the settings."
    )


class RateLimited(OpenAIError):
    says = "The model's server has too much to do for us just now. Please try again in a minute."
    retried = True


class LimitReached(RateLimited):
    retried = False


class QuotaSpent(OpenAIError):
    says = (
        "Parley's credit or spending limit at the provider is used up. "
        "An admin must raise it before I can answer."
    )


class ServerFailed(OpenAIError):
    says = "The model's server has a fault just now. Please try again in a minute."
    retried = True


class ProviderDown(OpenAIError):
    says = "The model's server is down just now. Please try again in a minute."


class AnswerLost(OpenAIError):
    """Of a call that creates `what`, after `error`."""

    says = "The provider's answer was lost. Look at what is there before you try again."

    @classmethod
    def of(cls, what: str, error: OpenAIError) -> "AnswerLost":
        return cls(
            str(error),
            sentence=f"The provider's answer was lost, so I do not know whether {what} was made. "
            "Look at the list before you try again.",
            may_have_run=True,
        )
