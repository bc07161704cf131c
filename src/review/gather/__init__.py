"""Reads both sides of a change once: the only part of a review that touches disk, Git and DVC."""
