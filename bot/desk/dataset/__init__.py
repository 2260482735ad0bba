"""Answers that people judged, as examples to learn from."""
