"""A module that a layer brings."""

GREETING = "hello"
