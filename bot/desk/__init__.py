"""The job desk, where admins work from chat: files, data, batches, fine-tunes, models."""
