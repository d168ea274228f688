"""What exists once for all regions of a feature set: global tables, CDNs, the dashboard. Pure.

The template is the same everywhere, so a parameter says whether a stack is the one that makes it.
A condition on `AWS::Region` would need the list of regions in the text.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.template.document import Json, Resource, ref

IS_FIRST_REGION: Final = "IsFirstRegion"


def first_region_parameter() -> dict[str, Json]:
    """Return the parameter that says whether the stack makes what exists once."""
    return {
        naming.FIRST_REGION: {
            "Type": "String",
            "AllowedValues": ["yes", "no"],
            "Default": "yes",
            "Description": "Whether this stack makes what exists once for all regions",
        }
    }


def first_region_condition() -> dict[str, Json]:
    """Return the condition of everything that exists once."""
    return {IS_FIRST_REGION: {"Fn::Equals": [ref(naming.FIRST_REGION), "yes"]}}


def exists_once(resources: dict[str, Resource]) -> bool:
    """Whether any of these resources is made in the first region only."""
    return any(each.condition == IS_FIRST_REGION for each in resources.values())
