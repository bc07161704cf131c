"""The review judges a change: what changed, is it real, what caused it."""
