"""How each kind of thing is kept in the one table."""
