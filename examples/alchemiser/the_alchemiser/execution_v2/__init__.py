"""Orders, carried out on paper."""
