"""Prices: made up, on the days on which the exchange is open."""
