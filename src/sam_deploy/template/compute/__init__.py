"""Functions and what they run with: roles, permissions, log groups, aliases, addresses. Pure."""
