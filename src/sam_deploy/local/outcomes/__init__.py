"""What becomes of events that a function was called with: tries, destinations, dead letters.

The rules are here, as values and without the emulator, and `patches/asynchronous_calls.py` and
`patches/stream_failures.py` carry them out in it. `destinations.py` alone reaches into its
services. Like `workers`, this package is imported inside the emulator's environment, where nothing
else of sam_deploy is.
"""
