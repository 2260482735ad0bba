"""Pictures that come inside JSON, as data URLs."""

import base64
import binascii
import re

from sandbox.errors import APIError, invalid

DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.-]+)*;base64,", re.ASCII)


def from_data_url(url: str, param: str) -> bytes:
    """Raises APIError 400: the sandbox is offline, so only `data:` can be read."""
    head = DATA.match(url)
    if not head:
        text = "The sandbox fetches nothing from the network: send a data URL (data:…;base64,…)."
        raise invalid(param, text, "invalid_image_url")
    try:
        return base64.b64decode(url[head.end() :], validate=True)
    except binascii.Error:
        raise invalid(param, "Invalid base64 in the data URL.", "invalid_base64") from None


def no_picture(param: str) -> APIError:
    text = "You uploaded an unsupported image. Please make sure your image is valid."
    return invalid(param, text, "invalid_image_format")
