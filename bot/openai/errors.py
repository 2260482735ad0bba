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
├── QuotaSpent             429 that no waiting mends: credit or a spending limit is used up
└── ServerFailed           >= 500, 409

`sentence` is for people and never has what a server wrote into an HTML page; the exception's own
text is for the log: status, code, request id, and the first words of the server's message.
"""

from collections.abc import Mapping
from typing import ClassVar

from bot.errors import ParleyError
from bot.openai.error_body import Facts, read

Headers = Mapping[str, str]  # names in lower case


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
        "An admin should check OPENAI_BASE_URL."
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
    says = "The model's server did not accept Parley's API key. An admin must check OPENAI_API_KEY."


class PermissionDenied(OpenAIError):
    says = (
        "Parley's API key may not do this. "
        "An admin must check the key's permissions, or choose another model."
    )


class NotFound(OpenAIError):
    says = (
        "The model's server does not know this model or this function. "
        "An admin should check PARLEY_CHAT_MODEL and OPENAI_BASE_URL."
    )


class RateLimited(OpenAIError):
    says = "The model's server has too much to do for us just now. Please try again in a minute."
    retried = True


class QuotaSpent(OpenAIError):
    says = (
        "Parley's credit or spending limit at the provider is used up. "
        "An admin must raise it before I can answer."
    )


class ServerFailed(OpenAIError):
    says = "The model's server has a fault just now. Please try again in a minute."
    retried = True


_BY_CODE: dict[str, type[OpenAIError]] = {
    "insufficient_quota": QuotaSpent,
    "credit_balance_exhausted": QuotaSpent,
    "organization_usage_limit_exceeded": QuotaSpent,
    "organization_spend_limit_exceeded": QuotaSpent,
    "project_spend_limit_exceeded": QuotaSpent,
    "rate_limit_exceeded": RateLimited,
    "slow_down": RateLimited,
    "server_is_overloaded": ServerFailed,
    "context_length_exceeded": TooLong,
    "string_above_max_length": TooLong,
    "content_filter": ContentRefused,
    "content_policy_violation": ContentRefused,
    "invalid_api_key": AuthenticationFailed,
    "model_not_found": NotFound,
}
_BY_STATUS: dict[int, type[OpenAIError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    408: TimedOut,
    409: ServerFailed,
    413: TooLarge,
    429: RateLimited,
}
_BY_TYPE: dict[str, type[OpenAIError]] = {  # an error in a stream has no status
    "authentication_error": AuthenticationFailed,
    "insufficient_quota": QuotaSpent,
    "invalid_request_error": BadRequest,
    "not_found_error": NotFound,
    "permission_error": PermissionDenied,
    "rate_limit_error": RateLimited,
    "timeout_error": TimedOut,
}
# A gateway gave up waiting for a server that may still be at work. Other error answers come from
# a server that did nothing, and providers do not charge for them.
_LOST_ANSWERS = {502, 504}


def from_response(status: int, headers: Headers, body: bytes) -> OpenAIError:
    """The error that an answer with this status (not 2xx) is, whatever its body."""
    facts = read(body)
    kind = _BY_CODE.get(facts.code) or _BY_STATUS.get(status) or _by_class(status)
    return kind(facts.message, sentence=_sentence(kind, facts), status=status, code=facts.code,
                param=facts.param, headers=headers,
                may_have_run=status in _LOST_ANSWERS)  # fmt: skip


def from_event(data: bytes, headers: Headers) -> OpenAIError:
    """The error that came in the middle of a stream, or in an answer with status 200."""
    facts = read(data)
    kind = _BY_CODE.get(facts.code) or _BY_STATUS.get(facts.status) or _BY_TYPE.get(facts.kind)
    kind = kind or _by_class(facts.status)
    return kind(facts.message, sentence=_sentence(kind, facts), code=facts.code,
                param=facts.param, headers=headers, may_have_run=True)  # fmt: skip


def _by_class(status: int) -> type[OpenAIError]:
    if 400 <= status < 500:  # noqa: PLR2004  as in RFC 9110
        return BadRequest
    return Malformed if 0 < status < 400 else ServerFailed  # noqa: PLR2004


def _sentence(kind: type[OpenAIError], facts: Facts) -> str:
    """Only of a plainly refused request is the server's message good for people."""
    if kind is not BadRequest or not facts.message or "<" in facts.message:
        return kind.says
    return f"The model's server did not accept the request: {facts.message}"
