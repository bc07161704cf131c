"""Puts your table in: task, types, roles, leaks, schema, datasheet."""
