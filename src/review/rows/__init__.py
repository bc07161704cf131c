"""Which row of base is which of head, which came again, and which a model knows."""
