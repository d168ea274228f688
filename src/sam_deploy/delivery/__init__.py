"""Carries out a manifest: everything of a deployment that happens in AWS.

deliver     start to end: the order of things       to         where it goes, and how
under_way   looks, and holds the lock               bring      what the stacks will refer to
gatekeeper  the first region proves that it works   exclusive  the lock, for other commands
recorded    what is served after it is in the history
"""

from sam_deploy.delivery.bring import bring
from sam_deploy.delivery.deliver import Delivery, deliver, look_only, settle
from sam_deploy.delivery.exclusive import exclusive, refuse_open
from sam_deploy.delivery.to import (
    AfterStack,
    Approve,
    Delivering,
    approved,
    as_told,
    nothing_more,
)
from sam_deploy.delivery.under_way import Found, promoting, records_of

__all__ = [
    "AfterStack",
    "Approve",
    "Delivering",
    "Delivery",
    "Found",
    "approved",
    "as_told",
    "bring",
    "deliver",
    "exclusive",
    "look_only",
    "nothing_more",
    "promoting",
    "records_of",
    "refuse_open",
    "settle",
]
