"""Reads what anybody may have written: within bounds, or not at all."""
