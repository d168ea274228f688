"""Measured against the incumbents, side by side, on the machine at hand."""
