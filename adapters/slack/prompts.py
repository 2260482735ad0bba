"""What Slack suggests to somebody who opens Parley: in the manifest, and when they come."""

PROMPTS = (  # title and message; Slack takes four
    ("What can you do?", "help"),
    ("Explain something to me", "Explain how a hash table works, in five sentences."),
    ("Draft a message", "Draft a short message to my team: the release moves to Thursday."),
    ("What have I used?", "usage me"),
)
