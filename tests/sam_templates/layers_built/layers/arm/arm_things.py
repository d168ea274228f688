"""Constants for functions on arm64."""

ANSWER = 64
