"""The six routers, one for each prefix."""
