"""Brings what the stacks need into every region: artifact bucket, archives, layer versions.

Everything is looked up before it is made, so a second run does only what is missing.
"""

from sam_deploy.provide.ensure import (
    Provisions,
    RegionProvisions,
    artifact_bucket,
    ensure,
    guard_account,
)
from sam_deploy.provide.model import (
    Archive,
    Layer,
    Needs,
    archive_key,
    archive_of,
    artifact_key,
    layer_description,
    needs_of,
)

__all__ = [
    "Archive",
    "Layer",
    "Needs",
    "Provisions",
    "RegionProvisions",
    "archive_key",
    "archive_of",
    "artifact_bucket",
    "artifact_key",
    "ensure",
    "guard_account",
    "layer_description",
    "needs_of",
]
