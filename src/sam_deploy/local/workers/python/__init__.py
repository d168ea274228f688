"""Run in the process of a Python function, by path and never imported."""
