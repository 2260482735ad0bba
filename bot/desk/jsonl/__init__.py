"""What is wrong with a JSONL file, by line, before anybody pays for it."""
