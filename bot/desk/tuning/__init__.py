"""A fine-tune from its training file to its job, which is created once."""
