"""The same four steps as nodes of one Kedro pipeline, in one process."""
