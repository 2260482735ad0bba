"""Batches from chat: what is asked of one, and what comes of it."""
