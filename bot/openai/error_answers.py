"""Which error an answer is: `error.code` goes before the status."""

from bot.openai.error_body import Facts, read
from bot.openai.errors import (
    AuthenticationFailed,
    BadRequest,
    ContentRefused,
    Headers,
    Malformed,
    NotFound,
    OpenAIError,
    PermissionDenied,
    QuotaSpent,
    RateLimited,
    ServerFailed,
    TimedOut,
    TooLarge,
    TooLong,
)

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
    "moderation_blocked": ContentRefused,
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
