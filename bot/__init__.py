"""Parley itself: knows no Slack, no Discord."""

__version__ = "0.5.0"
