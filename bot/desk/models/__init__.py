"""Models from chat: what there is, what it costs, and when it goes."""
