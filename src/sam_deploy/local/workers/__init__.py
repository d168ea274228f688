"""Warm workers: the processes that functions run in, on the laptop, and Lambda's side of them.

A worker is one execution environment as Lambda has them: one process that imports a handler once
and speaks the Lambda Runtime API, for one call at a time. It gets the variables that Lambda
documents and the function's own, nothing of this machine.

This package is imported by `serve` and, inside the emulator, by its patch `own_workers`: so it
imports only the standard library and itself.
"""
