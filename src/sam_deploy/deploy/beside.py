"""Reads what an app has beside its stacks: it stays when they go, or an earlier `destroy` left it.

May call: ListSecrets, GetParametersByPath, ListLayerVersions, DescribeTable and HeadBucket, and
DescribeStackResources for data that was named. Writes nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes, naming
from sam_deploy.aws import Buckets, Layers, Parameters, Secrets, Tables
from sam_deploy.aws.names import Names
from sam_deploy.deploy.cases import is_named
from sam_deploy.deploy.ground import Ground
from sam_deploy.deploy.standing import Beside, Part, Standing
from sam_deploy.deploy.survey import Place
from sam_deploy.deploy.wanted import Wanted
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.events import Note

BUCKET, LAYER = "AWS::S3::Bucket", "AWS::Lambda::LayerVersion"
SECRET, PARAMETER = "AWS::SecretsManager::Secret", "AWS::SSM::Parameter"
TABLE, GLOBAL_TABLE = "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"
ARN_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")
"""What Secrets Manager puts behind a secret's name in its ARN."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there beside the stacks."""

    stays: tuple[Beside, ...] = ()
    named: tuple[tuple[Place, Part], ...] = ()
    """What the user has named to be deleted, with the place that it goes with."""
    errors: tuple[RefusedError, ...] = ()


def look(ground: Ground, wanted: Wanted, standing: Mapping[Place, Standing]) -> Found:
    """Return what stays beside the stacks, and what of it was named to be deleted."""
    others = [place for place in wanted.others if standing[place].stack is not None]
    work = {
        region: functools.partial(_in_region, ground, wanted, standing, others, region)
        for region in wanted.regions
    }
    outcomes = lanes.run(work, after={}, at_once=ground.at_once, stop=ground.stop)
    for error in outcomes.failed.values():
        raise error
    every = [each for region in work for each in outcomes.done[region]]
    secrets = [(each, part) for each in every if (part := _named(each, wanted)) is not None]
    gone = {each for each, _ in secrets}
    named = [(wanted.last_in(each.region), part) for each, part in secrets]
    left, errors = _left_earlier(ground, wanted, standing)
    return Found(tuple(each for each in every if each not in gone), (*named, *left), tuple(errors))


def _named(found: Beside, wanted: Wanted) -> Part | None:
    """Return a secret that is to be deleted; by its name in all environments, or by its path."""
    if found.kind != SECRET or found.logical_id:
        return None
    _, _, _, name = found.name.split("/", 3)
    part = Part(name, found.name, SECRET, policy="Retain")
    return part if is_named(part, wanted.delete_data) else None


def _in_region(
    ground: Ground,
    wanted: Wanted,
    standing: Mapping[Place, Standing],
    others: Collection[Place],
    region: str,
) -> tuple[Beside, ...]:
    meant = {place: standing[place] for place in wanted.places}
    readings: list[tuple[str, Callable[[], Iterator[Beside]]]] = [
        ("replicas", functools.partial(_replicas, ground, meant, region)),
        ("settings", functools.partial(_settings, ground, wanted, meant, others, region)),
    ]
    if not others:
        readings += [
            ("layers", functools.partial(_layers, ground, wanted, region)),
            ("artifact bucket", functools.partial(_artifacts, ground, wanted, region)),
        ]
    return tuple(each for what, read in readings for each in _told(ground, region, what, read))


def _told(
    ground: Ground, region: str, what: str, read: Callable[[], Iterator[Beside]]
) -> Sequence[Beside]:
    """Return what was read. Whoever may not look can destroy all the same, and is told."""
    try:
        return tuple(read())
    except SamDeployError as error:
        words = f"what stays of {what} in `{region}` is not known: {error}"
        ground.report(Note(words, "warning", region=region))
        return ()


def _replicas(ground: Ground, meant: Mapping[Place, Standing], region: str) -> Iterator[Beside]:
    """Yield the copies that a table of this region has in others: its stack has it here alone."""
    for (_, where), each in meant.items():
        for part in each.parts if where == region else ():
            if part.kind == GLOBAL_TABLE and part.exists and part.kept:
                for other in Tables(ground.aws, region).replicas(part.physical_id):
                    yield Beside(part.physical_id, GLOBAL_TABLE, other, part.logical_id)


def _settings(
    ground: Ground,
    wanted: Wanted,
    meant: Mapping[Place, Standing],
    others: Collection[Place],
    region: str,
) -> Iterator[Beside]:
    """Yield what `settings set` has made, and copies of secrets that a stack of another region has.

    What functions of other stacks read here is none of it.
    """
    every = [(where, part) for (_, where), each in meant.items() for part in each.parts]
    own = {part.physical_id for where, part in every if where == region and part.kind == PARAMETER}
    made = {path_of(part): (where, part) for where, part in every if part.kind == SECRET}
    for where, environment in wanted.emptied(others):
        if where != region:
            continue
        path = naming.setting_name(ground.name, environment, "").rstrip("/")
        for each in Secrets(ground.aws, region).below(path):
            place, part = made.get(each.path, ("", None))
            if place != region:
                yield Beside(each.path, SECRET, region, part.logical_id if part else "")
        for each in Parameters(ground.aws, region).below(path):
            if each.path not in own:
                yield Beside(each.path, PARAMETER, region)


def path_of(secret: Part) -> str:
    """Return the name of a secret that a stack has by its ARN. Pure."""
    _, arn, name = secret.physical_id.rpartition(":secret:")
    return ARN_SUFFIX.sub("", name) if arn else secret.physical_id


def _layers(ground: Ground, wanted: Wanted, region: str) -> Iterator[Beside]:
    layers = Layers(ground.aws, region)
    for name in wanted.known_layers:
        if name not in wanted.layers and layers.versions(name):
            yield Beside(name, LAYER, region)


def _artifacts(ground: Ground, wanted: Wanted, region: str) -> Iterator[Beside]:
    bucket = ground.bucket(region).bucket
    if not wanted.artifacts and Buckets(ground.aws, region, ground.account).exists(bucket):
        yield Beside(bucket, BUCKET, region)


def _left_earlier(
    ground: Ground, wanted: Wanted, standing: Mapping[Place, Standing]
) -> tuple[list[tuple[Place, Part]], list[RefusedError]]:
    """Return data that was named and has outlived its stack, and why some of it cannot go.

    Its name follows from the config. What another stack has by now is not ours to delete.
    """
    left: list[tuple[Place, Part]] = []
    errors: list[RefusedError] = []
    for place, part in wanted.declared:
        if standing[place].stack is not None or not is_named(part, wanted.delete_data):
            continue
        if not _exists(ground, place[1], part):
            continue
        left.append((place, part))
        if holder := Names(ground.aws, place[1]).stack_of(part.physical_id):
            errors.append(_held(place[1], part, holder))
    return left, errors


def _exists(ground: Ground, region: str, part: Part) -> bool:
    if part.kind == BUCKET:
        return Buckets(ground.aws, region, ground.account).exists(part.physical_id)
    return Tables(ground.aws, region).exists(part.physical_id)


def _held(region: str, part: Part, holder: str) -> RefusedError:
    return RefusedError(
        f"`{part.physical_id}` in `{region}` is not deleted",
        why=f"stack `{holder}` has it, which is none of those that are to go",
        hint=f"leave `--delete-data {part.logical_id}` out, or destroy that stack",
    )
