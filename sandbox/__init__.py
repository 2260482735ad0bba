"""The offline twin of OpenAI: an OpenAI-compatible HTTP server on real, small engines.

A process of its own (`python -m sandbox --port N`) that shares no code with Parley.
"""
