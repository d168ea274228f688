"""From a stack that is deployed to a project: what is read, unpacked, lifted and told."""
