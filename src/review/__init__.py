"""The review judges a change: what changed, is it real, what caused it."""

from pipeline.stage import UserError


class ReviewError(UserError):
    """The change cannot be reviewed."""
