"""What one column is: how it is written, its type, its role, and what to know of it."""
