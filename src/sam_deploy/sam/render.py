"""Writes a template again, unchanged but for the places where code and files are. Pure.

One text serves every region: the bucket is a parameter that each deployment fills in.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from sam_deploy import naming
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import StackPlan
from sam_deploy.sam import resources
from sam_deploy.sam.document import to_yaml
from sam_deploy.sam.model import Location, SamTemplate, Shape
from sam_deploy.template.render import Origin, Template

BUCKET: Final = {"Ref": naming.SAM_ARTIFACT_BUCKET}
DESCRIPTION: Final = "Bucket of this region that holds the archives; sam-deploy fills it in"


def render(
    template: SamTemplate,
    stack: StackPlan,
    artifact_keys: Mapping[str, str],
    values: Mapping[str, str],
) -> Template:
    """Return the template of a stack, the same for every region.

    `artifact_keys` maps `function/Api` to the key of its archive in the artifact bucket; `values`
    are those of parameters, of which the declared ones are used. Raises `BuildError` for an
    archive that is not there.
    """
    document = copy.deepcopy(dict(template.document))
    for location in template.locations:
        key = artifact_keys.get(location.unit)
        if key is None:
            raise BuildError(
                f"`{location.unit}` has no archive",
                why=f"`{template.file.name}` cannot be rendered without its key in S3",
                hint="run `sam-deploy build`",
            )
        _put(document, location, key)
        if location.unit.startswith("function/"):
            _override_inherited(document, location)
    if template.locations:
        document = _with_parameter(document)
    placed = list(resources.every(template.document))
    outputs = document.get("Outputs")
    return Template(
        stack_name=stack.name,
        body=to_yaml(document),
        # not the user's own, whose names may happen to be ours (`ArtifactBucket`)
        parameters=(naming.SAM_ARTIFACT_BUCKET,) if template.locations else (),
        layer_parameters={},
        resource_count=len(placed),
        outputs=tuple(outputs) if isinstance(outputs, Mapping) else (),
        origins={each.logical_id: _origin(each) for each in placed},
        values={name: value for name, value in values.items() if name in template.parameters},
        hidden=tuple(
            name
            for name, declared in template.parameters.items()
            if isinstance(declared, Mapping) and str(declared.get("NoEcho")).lower() == "true"
        ),
        source=template.file.name,
    )


def _put(document: dict[str, Any], location: Location, key: str) -> None:
    *path, last = location.where
    place: Any = document
    for part in path:
        # a resource may have everything from `Globals`, and no properties of its own
        place = place.setdefault(part, {}) if isinstance(place, dict) else place[part]
    place[last] = _named(location.shape, key)


def _named(shape: Shape, key: str) -> dict[str, Any]:
    match shape:
        case "Bucket and Key":
            return {"Bucket": dict(BUCKET), "Key": key}
        case "S3Bucket and S3Key":
            return {"S3Bucket": dict(BUCKET), "S3Key": key}
        case "s3 address":
            return {"Fn::Sub": f"s3://${{{naming.SAM_ARTIFACT_BUCKET}}}/{key}"}


def _override_inherited(document: dict[str, Any], location: Location) -> None:
    """Let a function's own location stand alone where `Globals` would be merged into it.

    Of two mappings SAM makes one; a mapping simply takes the place of a text.
    Source: AWS SAM specification, "Globals section", "IgnoreGlobals".
    """
    shared = document.get("Globals")
    section = shared.get("Function") if isinstance(shared, dict) else None
    *path, _, name = location.where
    if not (isinstance(section, dict) and isinstance(section.get(str(name)), dict)):
        return
    resource: Any = document
    for part in path:
        resource = resource[part]
    ignored = resource.get("IgnoreGlobals", [])
    if isinstance(ignored, list) and name not in ignored:
        resource["IgnoreGlobals"] = [*ignored, name]


def _with_parameter(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the bucket's parameter; the section goes before `Resources`."""
    own = document.get("Parameters") or {}
    added = {**own, naming.SAM_ARTIFACT_BUCKET: {"Type": "String", "Description": DESCRIPTION}}
    if "Parameters" in document:
        return {**document, "Parameters": added}
    before = {}
    for name, section in document.items():
        if name == "Resources":
            before["Parameters"] = added
        before[name] = section
    return before


def _origin(placed: resources.Placed) -> Origin:
    return Origin(".".join(str(part) for part in placed.where))
