"""The dashboard: what the server in `sam_deploy.ui` reads and carries out, and the command."""
