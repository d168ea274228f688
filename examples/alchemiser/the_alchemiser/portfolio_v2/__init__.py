"""From wanted weights to orders."""
