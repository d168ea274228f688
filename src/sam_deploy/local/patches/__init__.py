"""Faults of the emulator that cannot be mended from outside, one module each.

They are loaded by path by `launcher.py`, inside the emulator's environment, and never imported by
sam-deploy. Each has a contract test that shows the fault without it: on the day that test fails,
the emulator does it right by itself and the patch goes.
"""
