"""Watching what takes the provider hours: fine-tuning jobs and batches."""
