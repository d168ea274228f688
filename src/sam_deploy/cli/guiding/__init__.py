"""Guidance: what the shell completes, and what exit codes and rules mean."""
