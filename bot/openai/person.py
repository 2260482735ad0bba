"""Who a call is for, as a provider may know it."""

import hashlib


def identifier(author: str) -> str:
    """Always the same for this person (`slack:T1:U2`), and nothing about them: OpenAI asks for
    one, so that one person's abuse is not everybody's.
    https://platform.openai.com/docs/guides/safety-best-practices
    """
    return hashlib.sha256(f"parley\0{author}".encode(errors="replace")).hexdigest()[:32]
