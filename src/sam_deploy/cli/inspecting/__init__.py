"""What a build, an archive, a template or a difference shows: nothing here writes to AWS."""
