"""Strategies: their language, their indicators, and the function that evaluates them."""
