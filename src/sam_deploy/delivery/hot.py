"""Brings saved code straight to the first environment, without a change set: for development.

    beyond_code   what differs besides the code of functions: then all is deployed as ever   pure
    stale         which functions do not serve the code of a manifest                        pure
    update        archive -> bucket -> UpdateFunctionCode -> PublishVersion -> alias

What is served then is in no stack: that is drift, and the alias says so (`release/marks.py`), so
that the next deployment puts it right. Other environments are never touched.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from sam_deploy import lanes, naming, provide, release
from sam_deploy.amounts import plural
from sam_deploy.aws import Functions, Objects
from sam_deploy.delivery.to import Delivering
from sam_deploy.delivery.under_way import records_of
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import promotions
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.owner import this_process
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import ignore
from sam_deploy.lanes import Outcomes
from sam_deploy.manifest import FunctionWork, Manifest
from sam_deploy.provide.archives import bring
from sam_deploy.release import Move, Moved, marks, origin
from sam_deploy.release.publish import mark_of
from sam_deploy.release.versions import Versions
from sam_deploy.template import Template

Served: TypeAlias = Mapping[tuple[str, str], str]
"""(stack, function) -> key of the archive that its first environment serves; '' for not known."""


class OvertakenError(RefusedError):
    """Somebody has deployed since: what is known of the stacks does not hold any more."""


@dataclass(frozen=True, slots=True)
class Base:
    """The last deployment of everything, upon which hot updates build."""

    manifest: Manifest
    account: str
    journal: str
    """ETag of the journal after it. Another one later means that somebody has deployed since."""


def base_of(to: Delivering, manifest: Manifest, account: str) -> Base:
    """Return what was just deployed, as something to build upon."""
    documents = records_of(manifest, account, to.aws)
    return Base(manifest, account, journals.read(documents, manifest.name).etag)


def served_by(functions: Sequence[FunctionWork]) -> dict[tuple[str, str], str]:
    """Return what functions serve once they are deployed."""
    return {(each.stack, each.name): each.object_key for each in functions}


def stale(served: Served, manifest: Manifest) -> tuple[FunctionWork, ...]:
    """Return the functions that do not serve the code of a manifest yet."""
    return tuple(
        each
        for each in manifest.functions
        if served.get((each.stack, each.name)) != each.object_key
    )


def beyond_code(before: Manifest, now: Manifest) -> tuple[str, ...]:
    """Return what differs between two manifests besides the code of functions, in words."""
    stacks = dict.fromkeys((*before.templates, *now.templates))
    differing = [each for each in stacks if _without_code(before, each) != _without_code(now, each)]
    old, new = _archives(before), _archives(now)
    archives = [unit for unit in dict.fromkeys((*old, *new)) if old.get(unit) != new.get(unit)]
    found = [f"stack `{each}`" for each in differing]
    found += [f"{unit.replace('/', ' `', 1)}`" for unit in archives]
    if not found and _frame(before) != _frame(now):
        found.append("how it is deployed")
    return tuple(found)


def _without_code(manifest: Manifest, stack: str) -> Template | None:
    """Return a template with one name for the archives of all functions; lines do not count."""
    template = manifest.templates.get(stack)
    if template is None:
        return None
    body = template.body
    for key in {each.object_key for each in manifest.functions_of(stack)}:
        body = body.replace(key, "archive")
    return replace(template, body=body, origins={})


def _archives(manifest: Manifest) -> dict[str, str]:
    """Return unit -> hash of all archives that are no function's: those of layers."""
    return {
        each.unit: each.sha256
        for each in manifest.needs.archives
        if not each.unit.startswith("function/")
    }


def _frame(manifest: Manifest) -> Manifest:
    """Return a manifest without archives, templates and where it comes from."""
    return replace(
        manifest,
        templates={},
        needs=replace(manifest.needs, archives=()),
        functions=tuple(
            replace(each, code_sha256="", object_key="") for each in manifest.functions
        ),
        provenance=type(manifest.provenance)(),
    )


@dataclass(frozen=True, slots=True)
class Outlived:
    """A version that a hot update has made, and that two newer ones have replaced."""

    region: str
    function: str
    version: str


@dataclass(frozen=True, slots=True)
class Updated:
    """What came of an update: aliases that were moved, and versions that nothing needs."""

    moved: tuple[Moved, ...]
    outlived: tuple[Outlived, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    to: Delivering
    base: Base
    manifest: Manifest
    sources: Mapping[str, Path]

    def bucket(self, region: str) -> Objects:
        return provide.artifact_bucket(self.manifest.name, self.base.account, region, self.to.aws)


def update(
    to: Delivering,
    base: Base,
    manifest: Manifest,
    functions: Sequence[FunctionWork],
    sources: Mapping[str, Path],
) -> Updated:
    """The first environment serves the code of these functions in every region of their stacks.

    Nobody else deploys the app meanwhile. Raises `RefusedError` before anything is changed: for
    another environment than the first, when somebody holds the lock, and, as `OvertakenError`, when
    somebody has deployed since. Raises `IncompleteError` when some functions could not be updated.
    """
    refuse_promoted(manifest)
    to = to.through_broker(manifest)
    work = _Work(to, base, manifest, sources)
    caller = to.aws.caller(manifest.home_region)
    owner = this_process(to.command, caller.arn or caller.account)
    documents = records_of(manifest, base.account, to.aws)
    with locked(documents, manifest.name, owner, to.stop):
        promotions.refuse_open(documents, manifest.name)
        if journals.read(documents, manifest.name).etag != base.journal:
            raise OvertakenError(
                "Somebody has deployed this app since",
                why="the journal of its deployments has changed",
                hint="run `sam-deploy deploy`",
            )
        _upload(work, functions)
        regions = {each.name: each.regions for each in manifest.stacks}
        outcomes: Outcomes[tuple[str, str], Updated] = lanes.run(
            {
                (each.function_name, region): functools.partial(_update, work, each, region)
                for each in functions
                for region in regions[each.stack]
            },
            after={},
            at_once=to.options.at_once,
            stop=to.stop,
        )
    if outcomes.failed:
        raise _incomplete(outcomes)
    done = outcomes.done.values()
    return Updated(
        tuple(moved for each in done for moved in each.moved),
        tuple(outlived for each in done for outlived in each.outlived),
    )


def take_away(to: Delivering, outlived: Outlived) -> None:
    """A version is gone, unless an alias points at it: a day of saving would leave hundreds.

    Not part of an update: the embedded cloud answers nobody while it ends the version's process.
    """
    # what cannot be taken away costs storage, and is in nobody's way
    with contextlib.suppress(SamDeployError):
        Functions(to.aws, outlived.region).delete_version(outlived.function, outlived.version)


def refuse_promoted(manifest: Manifest) -> None:
    """Raise `RefusedError` for an environment that others are promoted to, or that is none."""
    environment = manifest.environment
    if environment and manifest.predecessors.get(environment, environment) is None:
        return
    raise RefusedError(
        f"Saved files are not brought to {environment or 'something without environments'}",
        why="hot updates go past the stacks: that is for the first environment alone",
        hint="deploy to the first environment, then promote",
    )


def _upload(work: _Work, functions: Sequence[FunctionWork]) -> None:
    home = work.bucket(work.manifest.home_region)
    keys = {each.object_key for each in functions}
    archives = [each for each in work.manifest.needs.archives if each.object_key in keys]
    bring(home, None, archives, work.sources, work.to.report)


def _update(work: _Work, each: FunctionWork, region: str) -> Updated:
    """Copy the archive here, put it into the function, publish it, and move the alias to it."""
    to, manifest = work.to, work.manifest
    bucket = work.bucket(region)
    if region != manifest.home_region:
        archives = [one for one in manifest.needs.archives if one.object_key == each.object_key]
        home = work.bucket(manifest.home_region)
        bring(bucket, home, archives[:1], work.sources, to.report)
    functions = Functions(to.aws, region)
    name = naming.alias_name(manifest.environment)
    alias = functions.alias(each.function_name, name)
    if alias is None:
        raise IncompleteError(
            f"`{each.function_name}` in `{region}` has no alias `{name}`",
            why="the stack should have made it",
            hint="run `sam-deploy deploy`",
        )
    replaced, outlived = marks.hot_version(alias), marks.outlived(alias)
    if not marks.is_hot(alias) and not alias.weights:
        alias = functions.update_alias(
            each.function_name,
            name,
            alias.version,
            revision_id=alias.revision_id,
            description=marks.begun(),
        )
    told = origin.told(manifest.provenance)
    version = Versions(functions, bucket.bucket, ignore, to.stop, told).publish(each)
    mark = _mark(work.base, each, version, replaced)
    move = Move(region, each.function_name, alias, version, mark, always=True)
    moved = release.move([move], to.aws, report=to.report)
    gone = (Outlived(region, each.function_name, outlived),) if outlived else ()
    return Updated(moved, gone)


def _mark(base: Base, each: FunctionWork, version: str, replaced: str) -> str:
    """Return the mark of an alias; code that the stack has, as after a revert, is no drift."""
    deployed = served_by(base.manifest.functions).get((each.stack, each.name))
    if deployed == each.object_key:
        return mark_of(version, each.code_sha256)
    return marks.hot(version, each.code_sha256, replaced if replaced != version else "")


def _incomplete(outcomes: Outcomes[tuple[str, str], Updated]) -> SamDeployError:
    failed, done = outcomes.failed, outcomes.done
    (function, region), error = next(iter(failed.items()))
    serving = ", ".join(f"`{name}` in `{where}`" for name, where in done)
    return IncompleteError(
        f"{plural(len(failed), 'function')} of {len(failed) + len(done)} not updated",
        why=f"`{function}` in `{region}`: {error}",
        state=f"{serving} serve the saved code" if serving else "the others were not begun",
        problems=tuple(f"`{name}` in `{where}`: {each}" for (name, where), each in failed.items())
        if len(failed) > 1
        else (),
        hint="the next save tries again; `sam-deploy deploy` puts everything right",
    )
