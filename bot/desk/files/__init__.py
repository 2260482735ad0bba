"""Files between people, this machine and the provider."""
