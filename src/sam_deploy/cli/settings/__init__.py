"""`sam-deploy settings`."""
