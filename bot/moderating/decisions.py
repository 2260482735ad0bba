"""What moderators can decide: the command of its button -> its label, and what is said of it
afterwards.
"""

DECISIONS = {
    "approve_case": ("Approve", "approved"),
    "remove_case": ("Remove", "removed"),
    "warn_case": ("Warn", "warned"),
    "timeout_case": ("Time out", "timed out"),
    "allow_case": ("Always allow this", "allowed"),
}
