"""Brings the stacks of every region to what the templates say, by change sets.

Everything is looked at first (`survey`), then reviewed everywhere (`Engine.review`: change sets
that are not executed), then carried out (`Engine.execute`). The first region of a stack is its
gatekeeper: the others start when it has succeeded.

survey     what stands now                 review     what would change, by a change set
engine     all stacks in all regions       execute    one stack, to its end
lock       one deployment at a time        journal    what is meant, and how far it has come
status     what a stack's status allows    guard      what must not be lost
"""

from sam_deploy.deploy.added import Added, add_aliases, find_added
from sam_deploy.deploy.engine import Deployment, Engine, Options
from sam_deploy.deploy.execute import StackOutcome
from sam_deploy.deploy.parameters import parameters
from sam_deploy.deploy.review import Review
from sam_deploy.deploy.survey import Live, Place, Survey, is_as_it_should_be, survey
from sam_deploy.deploy.work import StackWork

__all__ = [
    "Added",
    "Deployment",
    "Engine",
    "Live",
    "Options",
    "Place",
    "Review",
    "StackOutcome",
    "StackWork",
    "Survey",
    "add_aliases",
    "find_added",
    "is_as_it_should_be",
    "parameters",
    "survey",
]
