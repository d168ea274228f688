"""Reads what the user declared: `deploy.py`, `.env` and the variables of the shell.

May touch: the user's file, `os.environ`, `.env`. Never the network, never another process.
"""

from sam_deploy.config.load import load
from sam_deploy.config.model import App

__all__ = ["App", "load"]
