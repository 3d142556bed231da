"""Machines of others, played by small programs of our own, for the demo and the tests. Never for production."""
