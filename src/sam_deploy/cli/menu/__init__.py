"""The menu that `sam-deploy` alone opens in a terminal: every line of it stands for a command."""
