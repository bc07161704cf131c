"""Says a review in words and charts, with the standard library alone: a privileged job runs it."""
