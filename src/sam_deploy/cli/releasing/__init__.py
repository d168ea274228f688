"""Promote, approve, roll back, resume, shift: what moves environments, and who agrees to it."""
