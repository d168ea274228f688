"""Makes a plan of a template: one stack, in all regions that were asked for. Pure."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import BuildUnit, NodeUnit, Plan, StackPlan, Target, Unit, Warned
from sam_deploy.sam.model import SamRequest, SamTemplate
from sam_deploy.sam.reader import read
from sam_deploy.sam.reading import EMBEDDED

STACK_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
BUCKET_PART_MAX: Final = 31
"""What account (12), `-sam-` and the longest region leave of a bucket name's 63 characters."""
_HASH_CHARACTERS: Final = 8


def plan(template: SamTemplate, request: SamRequest) -> Plan:
    """Return what to build, and the one stack to deploy, for a template.

    Archives are named `<stack>/<logical id>.zip`, so that no template of a project overwrites
    another one's. Raises `ConfigError` for a name, a region or a parameter that cannot be.
    """
    overrides = {**template.overrides, **request.parameter_overrides}
    if overrides != template.overrides:
        template = read(template.file, overrides)
    _check(template, request)
    project = request.project or template.file.parent.resolve()
    label = _label(template.file.resolve(), project)
    return Plan(
        name=bucket_part(request.stack_name),
        home_region=request.regions[0],
        project=project,
        stacks=(
            StackPlan(
                name=request.stack_name,
                feature_set=request.stack_name,
                regions=tuple(dict.fromkeys(request.regions)),
                environments=(),
                first_region=request.regions[0],
            ),
        ),
        builds=tuple(
            _named(unit, request.stack_name, label, project, request.host_target)
            for unit in template.units
        ),
        layers=template.layers,
        tags=dict(request.tags),
        warnings=(*_told(template, request), *_unused(template)),
    )


def bucket_part(stack_name: str) -> str:
    """Return what of a stack's name goes into the names of its artifact buckets.

    Two long names that begin alike get different ones; `Orders` and `orders` share theirs, where
    archives are kept by their content.
    """
    name = stack_name.lower()
    if len(name) <= BUCKET_PART_MAX:
        return name.rstrip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{name[: BUCKET_PART_MAX - _HASH_CHARACTERS - 1].rstrip('-')}-{digest}"


def _check(template: SamTemplate, request: SamRequest) -> None:
    problems = []
    if not request.stack_name:
        problems.append("no stack name is given")
    elif not STACK_NAME.fullmatch(request.stack_name):
        problems.append(
            f"stack name {request.stack_name!r}: a letter, then letters, digits and hyphens, "
            "at most 128"
        )
    if not request.regions:
        problems.append("no region is named")
    unlike = [each for each in request.regions if not REGION.fullmatch(each)]
    problems += [f"region {each!r}: it is written like eu-west-1" for each in unlike]
    for name, declared in template.parameters.items():
        needed = isinstance(declared, Mapping) and "Default" not in declared
        if request.deploying and needed and name not in template.overrides:
            problems.append(f"parameter `{name}` has no default and no value")
    if problems:
        raise ConfigError(
            f"`{template.file.name}` cannot be deployed like this",
            why="what was asked for is not complete, or cannot be",
            hint="name what is missing: `--stack-name NAME --region REGION "
            "--parameter-overrides NAME=VALUE`, or in samconfig.toml",
            problems=tuple(problems),
        )


def _label(file: Path, project: Path) -> str:
    """Return the template's name among those of its project: `writer-template`, `api-template`."""
    inside = file.relative_to(project) if file.is_relative_to(project) else Path(file.name)
    return re.sub(r"[^A-Za-z0-9_]+", "-", inside.with_suffix("").as_posix())


def _named(unit: Unit, stack: str, label: str, project: Path, host: Target | None) -> Unit:
    """Return a unit under the names of its stack and template.

    Two stacks of one template share its lock, so that they get the same versions.
    """
    archive, name = f"{stack}/{unit.archive}", f"{label}.{unit.name}"
    exclude = (*unit.exclude, *_locks(unit.source, project))
    if isinstance(unit, NodeUnit):
        on_host = host is not None
        return replace(unit, archive=archive, name=name, exclude=exclude, host=on_host)
    if not isinstance(unit, BuildUnit):
        return replace(unit, archive=archive, name=name, exclude=exclude)
    target = host or unit.target
    return replace(unit, archive=archive, name=name, lock=name, target=target, exclude=exclude)


def _locks(source: Path | None, project: Path) -> tuple[str, ...]:
    """Return the pattern of our own locks, when they lie in a folder that is packed."""
    if source is None or not source.is_dir() or not project.is_relative_to(source):
        return ()
    return (f"/{(project / 'locks').relative_to(source).as_posix()}/",)


def _told(template: SamTemplate, request: SamRequest) -> tuple[Warned, ...]:
    """Return the warnings that matter where the template goes."""
    return tuple(
        each
        for each in template.warnings
        if request.host_target or not each.rule.startswith(EMBEDDED)
    )


def _unused(template: SamTemplate) -> list[Warned]:
    """Return a warning for each value of a parameter that the template does not have."""
    found = []
    for name in template.overrides:
        if name in template.parameters:
            continue
        near = difflib.get_close_matches(name, template.parameters, n=1)
        meant = f"; did you mean `{near[0]}`?" if near else ""
        message = f"the template has no such parameter, so its value is not used{meant}"
        found.append(Warned("unused-override", f"parameter `{name}`:", message))
    return found
