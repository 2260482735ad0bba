"""What answers: each engine in a file, loaded in a thread of its own when first asked."""
