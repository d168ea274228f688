"""Constants that several functions share."""

ANSWER = 42
