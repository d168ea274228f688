"""Run on the Python of a target, never imported."""
