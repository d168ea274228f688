"""What dzgro's functions share. Nothing here knows an environment before a call asks for it."""
