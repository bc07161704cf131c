"""Says on GitHub what a review found: in the check and the one comment of a pull request."""
