"""What was said is forgotten, or handed to whom it is about."""
