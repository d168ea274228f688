"""Brings the stacks of every region to what the templates say, by change sets.

The first region of a stack is its gatekeeper: the others start when it has succeeded.
"""

from sam_deploy.deploy.added import Added, add_aliases, find_added
from sam_deploy.deploy.regions import Deployment, Options, run
from sam_deploy.deploy.stack import StackOutcome

__all__ = [
    "Added",
    "Deployment",
    "Options",
    "StackOutcome",
    "add_aliases",
    "find_added",
    "run",
]
