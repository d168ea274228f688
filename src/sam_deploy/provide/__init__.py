"""Brings what the stacks need into every region: artifact bucket, archives, layer versions.

Everything is looked up before it is made, so a second run does only what is missing.
"""

from sam_deploy.provide.archives import artifact_key
from sam_deploy.provide.ensure import Provisions, RegionProvisions, ensure, guard_account
from sam_deploy.provide.layers import find_layer, layer_description

__all__ = [
    "Provisions",
    "RegionProvisions",
    "artifact_key",
    "ensure",
    "find_layer",
    "guard_account",
    "layer_description",
]
