"""Beginning: `init` writes a project, from nothing or around a SAM template."""
