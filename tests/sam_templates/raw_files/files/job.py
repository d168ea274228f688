"""A job with nothing to do."""
