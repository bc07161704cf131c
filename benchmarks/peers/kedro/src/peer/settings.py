"""Nothing differs from Kedro's defaults."""
