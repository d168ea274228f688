"""Keeps what was released, by whom, and in which order, in the artifact bucket of the home region.

releases   what each environment served after each release: numbered records
chain      the audit: one link for each event, bound to the one before by its hash
verdict    whether every link is as it was written
link       one link: how it is written, and what it may not hold
shelf      where both lie, and how the newest is found

Pure but for the shelf: an `aws.Records`.
"""

from sam_deploy.history.chain import Chain
from sam_deploy.history.link import Link
from sam_deploy.history.releases import ReleaseRecord, Releases, ServedVersion
from sam_deploy.history.shelf import Shelf
from sam_deploy.history.verdict import Fault, Verdict

__all__ = [
    "Chain",
    "Fault",
    "Link",
    "ReleaseRecord",
    "Releases",
    "ServedVersion",
    "Shelf",
    "Verdict",
]
