"""Decides which function versions an environment serves: publishes them and moves aliases.

CloudFormation makes functions and aliases once; only this phase moves an alias.
"""

from sam_deploy.release.drift import Drift, Uneven, drifts, uneven
from sam_deploy.release.health import unhealthy
from sam_deploy.release.move import Move, Moved, move, put_back
from sam_deploy.release.provision import provision
from sam_deploy.release.publish import Release, publish
from sam_deploy.release.read import Served, read
from sam_deploy.release.seed import Seed, seed, seeds
from sam_deploy.release.starting import New, NotStarted, not_starting
from sam_deploy.release.survey import Sight, Surveyor

__all__ = [
    "Drift",
    "Move",
    "Moved",
    "New",
    "NotStarted",
    "Release",
    "Seed",
    "Served",
    "Sight",
    "Surveyor",
    "Uneven",
    "drifts",
    "move",
    "not_starting",
    "provision",
    "publish",
    "put_back",
    "read",
    "seed",
    "seeds",
    "uneven",
    "unhealthy",
]
