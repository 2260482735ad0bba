"""Recordings into words: what a handler needs for it that is no handler."""
