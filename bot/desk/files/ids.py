"""Ids of the provider, told apart by how they begin."""

from bot.errors import Refused

_KINDS = {
    "file-": ("a file", "/files show"),
    "batch_": ("a batch", "/batch show"),
    "ftjob-": ("a fine-tuning job", "/finetune show"),
    "ftckpt-": ("a checkpoint", "/finetune checkpoints"),
    "ftevent-": ("an event of a fine-tuning job", "/finetune events"),
    "ft:": ("a model", "/models show"),
    "org-": ("an organisation", ""),
    "proj_": ("a project", ""),
}
_LONGEST = 200  # characters


def file_id(text: str) -> str:
    """Raises Refused."""
    return _checked(text, "file-", "a file")


def batch_id(text: str) -> str:
    """Raises Refused."""
    return _checked(text, "batch_", "a batch")


def _checked(text: str, prefix: str, noun: str) -> str:
    """Other servers have ids of other shapes, so only what is plainly another thing is refused."""
    id_ = text.strip().strip("`")
    if not id_ or len(id_) > _LONGEST or any(c.isspace() for c in id_):
        raise Refused(f"That is no id of {noun}: one begins with `{prefix}` and has no blanks.")
    if id_.startswith("sk-"):
        raise Refused("That looks like an API key, not an id. Take it out of the chat, and have an "
                      "admin replace it: whoever reads it can spend with it.")  # fmt: skip
    for other, (kind, command) in _KINDS.items():
        if id_.startswith(other) and other != prefix:
            hint = f" `{command}` is for it." if command else ""
            raise Refused(f"`{id_}` is {kind}, and not {noun}.{hint}")
    return id_
