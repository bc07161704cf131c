"""The statistics of a review: pure functions, each with its source."""
