"""Brings what the stacks need into every region: artifact bucket, archives, layer versions.

Everything is looked up before it is made, so a second run does only what is missing.
"""

from sam_deploy.provide.ensure import (
    Provisions,
    RegionProvisions,
    artifact_key,
    ensure,
    guard_account,
    layer_description,
)

__all__ = [
    "Provisions",
    "RegionProvisions",
    "artifact_key",
    "ensure",
    "guard_account",
    "layer_description",
]
