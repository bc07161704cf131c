"""How far what is new in a column is from what was there."""
