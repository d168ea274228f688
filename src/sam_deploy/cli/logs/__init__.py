"""`sam-deploy logs`."""
