"""Reads what AWS says of its resource types: the provider schemas that cfn-lint carries.

They take seconds to load, so whoever asks does it only when there is something to judge.
Source: CloudFormation CLI user guide, "Resource type schema".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

OLDEST_REGION: Final = "us-east-1"


def provider_schema(kind: str, region: str) -> dict[str, Any]:
    """Return the provider schema of a type; empty for one that cfn-lint does not know."""
    from cfnlint.schema import ResourceNotFoundError  # noqa: PLC0415 - seconds
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - the same

    # a region that is newer than cfn-lint has the rules of the oldest one
    for place in (region, OLDEST_REGION):
        try:
            found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(place, kind).schema
        except (ResourceNotFoundError, KeyError):
            continue
        return found
    return {}


def create_only(pointers: Sequence[str] | None) -> list[list[str]]:
    """Return the pointers of properties that only a new resource can have otherwise.

    `/properties/A/B` is [A, B].
    """
    return [pointer.split("/")[2:] for pointer in pointers or ()]


def keeps(kind: str, properties: Collection[str], region: str) -> bool:
    """Whether a resource certainly stays the same one when only these top properties change.

    A type whose schema names no property that replaces is never certain: some leave them out.
    """
    schema = provider_schema(kind, region)
    always = create_only(schema.get("createOnlyProperties"))
    maybe = create_only(schema.get("conditionalCreateOnlyProperties"))
    replacing = {path[0] for path in (*always, *maybe) if path}
    return bool(properties) and bool(replacing) and not replacing & set(properties)
