"""Pictures: what may be asked for, how they are painted, what is kept of them."""
