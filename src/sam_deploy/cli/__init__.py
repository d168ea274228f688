"""Commands, screens and prompts. The only place that knows the embedded cloud exists."""
