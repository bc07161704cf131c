"""Production uses the model: serve, monitor, promote, export."""
