"""The values of this package: a template that was read, and what is asked for. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sam_deploy.plan.model import Target, Unit, Warned
from sam_deploy.sam.document import Where

Shape = Literal["Bucket and Key", "S3Bucket and S3Key", "s3 address"]
"""How a property names an object: as SAM and API Gateway do, as Lambda does, or as `s3://...`."""


@dataclass(frozen=True, slots=True)
class Location:
    """A property that names a local file or folder, and the unit that is made of that."""

    where: Where
    unit: str
    """The unit's key: `function/Api`, `layer/Shared`, `file/Api.DefinitionUri`."""
    shape: Shape = "Bucket and Key"


@dataclass(frozen=True, slots=True)
class SamTemplate:
    """A template that somebody else wrote: what it says, and what has to be built for it."""

    file: Path
    text: str
    """As it is in the file."""
    document: Mapping[str, Any]
    """Its content, with CloudFormation's functions in their long form."""
    overrides: Mapping[str, str]
    """Parameter -> value, as it was asked for."""
    locations: tuple[Location, ...] = ()
    units: tuple[Unit, ...] = ()
    """Built for Lambda, and named by logical id alone: a plan adds stack and host."""
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key of a function's unit -> the keys of those of its layers that are in the template."""
    warnings: tuple[Warned, ...] = ()

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        """Every parameter that it declares."""
        declared = self.document.get("Parameters")
        return declared if isinstance(declared, Mapping) else {}


@dataclass(frozen=True, slots=True)
class SamRequest:
    """What the user asked for: under which name the template is deployed, where, with what."""

    stack_name: str
    regions: tuple[str, ...]
    """The first one is the gatekeeper: the others start when it has succeeded."""
    parameter_overrides: Mapping[str, str] = field(default_factory=dict)
    """Beside those that the template was read with, and before them."""
    tags: Mapping[str, str] = field(default_factory=dict)
    host_target: Target | None = None
    """Build Python for this target instead of the Lambda runtime (embedded cloud)."""
    deploying: bool = True
    """Whether every parameter needs a value; to build and to look at it, none does."""
    project: Path | None = None
    """Where archives and locks are kept; the template's folder when it is not said."""
