"""HTTP in front of functions: HTTP and REST APIs, their stages, domains and firewall. Pure."""
