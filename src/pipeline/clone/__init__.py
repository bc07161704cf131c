"""A clone is a stranger's: what it names is checked before it is followed."""
