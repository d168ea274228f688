"""Faults of the embedded cloud: errors, latency and outages, on the way to the emulator.

A proxy stands between every AWS call and the emulator, from the start of the cloud on. Without
faults it passes on what comes. It knows each call by service, operation and region, so that a
fault hits what it names and nothing else.
"""
