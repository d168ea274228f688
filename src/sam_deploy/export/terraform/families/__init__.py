"""Which resource of CloudFormation becomes which of Terraform, family by family.

A property that no rule names is not left out in silence: the export is refused, and says which.
Source: AWS CloudFormation resource reference; Terraform AWS provider 5, resource reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.export.terraform.families import (
    buckets,
    compute,
    http_apis,
    identity,
    messages,
    rest_apis,
    storage,
    watching,
)
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import References

_ALL: Final = (compute, messages, storage, buckets, identity, http_apis, rest_apis, watching)

FAMILIES: Final[Mapping[str, Family]] = {
    kind: family for module in _ALL for kind, family in module.FAMILIES.items()
}
"""Type of CloudFormation -> the one resource that it becomes."""
CUSTOM: Final[Mapping[str, Custom]] = {
    kind: make for module in _ALL for kind, make in module.CUSTOM.items()
}
"""Type -> what makes several resources of it, or one with more thought."""
REFERENCES: Final[References] = {
    **{kind: family.references for kind, family in FAMILIES.items()},
    **{kind: each for module in _ALL for kind, each in module.REFERENCES.items()},
}
