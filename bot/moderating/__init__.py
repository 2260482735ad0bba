"""What may be said: verdicts, words that wait for them, and the channels that are watched."""
