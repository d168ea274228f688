"""Constants of a layer."""

ANSWER = 42
