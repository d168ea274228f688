"""Moves whole environments from release to release: promote, roll back, resume.

Every region or none. `promote.py` is the file to read first; `engine.py` is what writes.
"""

from sam_deploy.promotion.book import agreed as agreed_plan
from sam_deploy.promotion.carrying import Done
from sam_deploy.promotion.model import Flip, ReleasePlan, Strategy, Version
from sam_deploy.promotion.planning import way_to
from sam_deploy.promotion.promote import Request, environment_of, look, promote
from sam_deploy.promotion.session import Promoting, Session
from sam_deploy.promotion.stacks import Stacks

__all__ = [
    "Done",
    "Flip",
    "Promoting",
    "ReleasePlan",
    "Request",
    "Session",
    "Stacks",
    "Strategy",
    "Version",
    "agreed_plan",
    "environment_of",
    "look",
    "promote",
    "way_to",
]
