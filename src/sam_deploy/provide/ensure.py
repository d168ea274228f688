"""The provide phase: bucket, archives and layers of every region, regions side by side."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, Functions, Objects
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.plan import BuildUnit, Plan
from sam_deploy.steps import step

CALLS_AT_ONCE: Final = 8
"""Calls of one region under way at the same time."""
HASH_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class RegionProvisions:
    """What the stacks of a region refer to. `layer_arns` maps layer names to version ARNs."""

    bucket: str
    layer_arns: Mapping[str, str]
    copied: int
    """Archives that were not there before."""
    sent_bytes: int
    """Bytes that left this computer; copies between regions cost none."""
    layers_published: int


@dataclass(frozen=True, slots=True)
class Provisions:
    """What is ready, by region."""

    account: str
    regions: Mapping[str, RegionProvisions]


@dataclass(frozen=True, slots=True)
class _Work:
    plan: Plan
    artifacts: Artifacts
    aws: Aws
    account: str
    report: Report

    def bucket(self, region: str) -> Objects:
        name = naming.artifact_bucket_name(self.plan.name, self.account, region)
        return Objects(self.aws, region, name, self.account)


def artifact_key(artifact: Artifact) -> str:
    """Return the S3 key of an archive: its own hash, so that equal bytes are stored once."""
    return f"artifacts/{artifact.sha256}{Path(artifact.archive).suffix or '.zip'}"


def layer_description(artifact: Artifact) -> str:
    """Return the description of the layer version that holds an archive.

    The whole hash, because publishing is not idempotent: this is how a version is found again.
    """
    return f"sam-deploy sha256:{artifact.sha256[:HASH_CHARACTERS]}"


def ensure(
    plan: Plan,
    artifacts: Artifacts,
    aws: Aws,
    *,
    expected_account: str,
    report: Report,
    stop: Stop,
    at_once: int,
) -> Provisions:
    """Every region has its bucket, all archives and all layer versions.

    Archives leave this computer once, to the home region; S3 copies them on. Raises
    `RefusedError` before any write when the credentials are of another account, and
    `IncompleteError` when a region failed: running it again does the rest.
    """
    home = plan.home_region
    account = guard_account(aws, home, expected_account)
    work = _Work(plan, artifacts, aws, account, report)
    every = tuple(dict.fromkeys((home, *plan.regions)))
    outcomes = lanes.run(
        {region: functools.partial(_provide, work, region) for region in every},
        after={region: [home] for region in every if region != home},
        at_once=at_once,
        stop=stop,
    )
    if outcomes.failed:
        raise _failed(outcomes.failed, home)
    return Provisions(account, outcomes.done)


def guard_account(aws: Aws, region: str, expected: str) -> str:
    """Return the account of the credentials. Raises `RefusedError` when it is another one."""
    account = aws.account(region)
    if expected and account != expected:
        raise RefusedError(
            "These credentials are of another AWS account",
            why=f"they are of {account}; AWS_ACCOUNT_ID allows only {expected}",
            hint="choose another AWS_PROFILE, or correct AWS_ACCOUNT_ID in `.env`",
        )
    return account


def _failed(failed: Mapping[str, SamDeployError], home: str) -> SamDeployError:
    region, error = next(iter(failed.items()))
    if len(failed) == 1 and region == home:
        return error
    regions = ", ".join(failed)
    return IncompleteError(
        f"Archives and layers are not in every region: {regions}",
        why="; ".join(f"{name}: {each}" for name, each in failed.items()),
        state="no stack was touched; what the environments serve is as before",
        hint=error.hint or "run the same command again; it does only what is missing",
    )


def _provide(work: _Work, region: str) -> RegionProvisions:
    home = work.plan.home_region
    bucket = work.bucket(region)
    with step(work.report, "bucket", region) as under_way:
        under_way.detail = "created" if _ensure_bucket(bucket) else "there"
    with step(work.report, "artifacts", region) as under_way:
        missing = _missing(work, bucket)
        sent = 0
        if region == home:
            sent = sum(artifact.size_bytes for artifact in missing)
            _each(missing, functools.partial(_upload, bucket))
        else:
            source = work.bucket(home).bucket
            _each(missing, functools.partial(_copy, bucket, source, work.account))
        how = "uploaded" if region == home else "copied"
        under_way.detail = f"{len(missing)} {how}, {len(work.artifacts) - len(missing)} there"
    if region not in work.plan.regions:
        return RegionProvisions(bucket.bucket, {}, len(missing), sent, 0)
    arns, published = _layers(work, region, bucket)
    with step(work.report, "certificates", region) as under_way:
        under_way.detail = "none"
    return RegionProvisions(bucket.bucket, arns, len(missing), sent, published)


def _ensure_bucket(bucket: Objects) -> bool:
    made = bucket.ensure_bucket()
    if not made and not bucket.is_protected():
        bucket.protect()
    return made


def _missing(work: _Work, bucket: Objects) -> list[Artifact]:
    """Return the archives that the bucket lacks, each content once."""
    distinct = {artifact.sha256: artifact for artifact in work.artifacts.values()}
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        there = pool.map(
            lambda each: bucket.has(artifact_key(each), each.size_bytes), distinct.values()
        )
        return [each for each, found in zip(distinct.values(), there, strict=True) if not found]


def _each(artifacts: list[Artifact], act: functools.partial[None]) -> None:
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        list(pool.map(act, artifacts))


def _upload(bucket: Objects, artifact: Artifact) -> None:
    bucket.upload(artifact_key(artifact), artifact.path, artifact.code_sha256)


def _copy(bucket: Objects, source: str, account: str, artifact: Artifact) -> None:
    bucket.copy_from(source, account, artifact_key(artifact))


def _layers(work: _Work, region: str, bucket: Objects) -> tuple[dict[str, str], int]:
    """Return layer name -> version ARN, publishing only content that is new here."""
    units = [
        unit
        for unit in work.plan.builds
        if isinstance(unit, BuildUnit) and unit.kind == "layer" and not unit.of_template
    ]
    functions = Functions(work.aws, region)
    with step(work.report, "layers", region) as under_way:
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            found = list(pool.map(lambda unit: _layer(work, functions, bucket, unit), units))
        published = sum(new for _, new in found)
        under_way.detail = f"{published} published, {len(units) - published} there"
    arns = {unit.name: arn for unit, (arn, _) in zip(units, found, strict=True)}
    return arns, published


def _layer(work: _Work, functions: Functions, bucket: Objects, unit: BuildUnit) -> tuple[str, bool]:
    artifact = work.artifacts[unit.key]
    name = naming.layer_name(work.plan.name, unit.name)
    description = layer_description(artifact)
    there = functions.find_layer(name, description)
    if there is not None:
        return there.arn, False
    made = functions.publish_layer(
        name,
        description,
        bucket.bucket,
        artifact_key(artifact),
        runtime=unit.target.runtime,
        architecture=unit.target.architecture,
    )
    return made.arn, True
