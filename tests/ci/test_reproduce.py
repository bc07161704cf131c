"""What each stage did is read from DVC's own words."""

from ci import reproduce


def test_what_each_stage_did() -> None:
    lines = [
        "'data/raw.dvc' didn't change, skipping\n",
        "Stage 'validate' didn't change, skipping\n",
        "Stage 'split' is cached - skipping run, checking out outputs\n",
        "Running stage 'train':\n",
        "> python -m pipeline.train\n",
        "Running stage 'evaluate':\n",
    ]

    assert reproduce.stages(lines) == {
        "validate": {"result": "unchanged", "seconds": None},
        "split": {"result": "from cache", "seconds": None},
        "train": {"result": "ran", "seconds": 0.0},
        "evaluate": {"result": "ran", "seconds": 0.0},
    }
