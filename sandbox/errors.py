"""Errors in OpenAI's words and shape: `{"error": {"message", "type", "param", "code"}}`."""

from collections.abc import Mapping
from typing import Any

SERVER = 500  # from here on the server is at fault
STUMBLED = "The server had an error while processing your request. Sorry about that!"


class APIError(Exception):
    def __init__(  # noqa: PLR0913  these are the fields there are
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.kind = kind or ("invalid_request_error" if status < SERVER else "server_error")
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        error = {"message": str(self), "type": self.kind, "param": self.param, "code": self.code}
        return {"error": error}


def invalid(param: str, message: str, code: str | None = "invalid_value") -> APIError:
    return APIError(400, message, param=param, code=code)


def not_found(what: str, name: str, param: str = "id") -> APIError:
    return APIError(404, f"No such {what}: {name}", param=param)


def no_model(name: str) -> APIError:
    text = f"The model `{name}` does not exist or you do not have access to it."
    return APIError(404, text, param="model", code="model_not_found")
