"""A layer of one line."""

GREETING = "hello"
