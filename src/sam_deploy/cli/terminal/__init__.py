"""What a terminal shows while work goes on, and what it asks."""
