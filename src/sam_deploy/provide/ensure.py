"""The provide phase: bucket, archives and layers of every region, regions side by side."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, Functions, Objects
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.provide.certificates import Ensured, Wanted
from sam_deploy.provide.certificates import ensure as certificates_of
from sam_deploy.provide.model import Archive, Layer, Needs
from sam_deploy.provide.validation import summary
from sam_deploy.steps import step

CALLS_AT_ONCE: Final = 8
"""Calls of one region under way at the same time."""


@dataclass(frozen=True, slots=True)
class RegionProvisions:
    """What the stacks of a region refer to. `layer_arns` maps layer names to version ARNs."""

    bucket: str
    layer_arns: Mapping[str, str]
    copied: int = 0
    """Archives that were not there before."""
    sent_bytes: int = 0
    """Bytes that left this computer; copies between regions cost none."""
    layers_published: int = 0
    certificates: tuple[Ensured, ...] = ()
    """Those that this region saw to."""


@dataclass(frozen=True, slots=True)
class Provisions:
    """What is ready, by region."""

    account: str
    regions: Mapping[str, RegionProvisions]


@dataclass(frozen=True, slots=True)
class _Work:
    needs: Needs
    sources: Mapping[str, Path]
    aws: Aws
    account: str
    tags: Mapping[str, str]
    certificates: Mapping[str, tuple[Wanted, ...]]
    report: Report
    stop: Stop

    def bucket(self, region: str) -> Objects:
        return artifact_bucket(self.needs.name, self.account, region, self.aws)


def artifact_bucket(name: str, account: str, region: str, aws: Aws) -> Objects:
    """Return the artifact bucket of an app in a region, whether it exists or not."""
    return Objects(aws, region, naming.artifact_bucket_name(name, account, region), account)


def ensure(
    needs: Needs,
    sources: Mapping[str, Path],
    account: str,
    aws: Aws,
    *,
    regions: Sequence[str],
    certificates: Mapping[str, tuple[Wanted, ...]],
    tags: Mapping[str, str],
    report: Report,
    stop: Stop,
    at_once: int,
) -> dict[str, RegionProvisions]:
    """These regions have their bucket, all archives and all layer versions, and certificates.

    `sources` maps the hash of an archive to the file that holds it. Archives leave this computer
    once, to the home region; S3 copies them on. `certificates` are shared out to regions, of
    which some may need nothing else. Raises `IncompleteError` when a region failed: running it
    again does the rest.
    """
    home = needs.home_region
    work = _Work(needs, sources, aws, account, tags, certificates, report, stop)
    every = tuple(dict.fromkeys((*((home,) if regions else ()), *regions, *certificates)))
    outcomes = lanes.run(
        {
            region: functools.partial(_provide, work, region, serves=region in regions)
            if region in regions or (region == home and regions)
            else functools.partial(_only_certificates, work, region)
            for region in every
        },
        after={region: [home] for region in every if region != home and home in every},
        at_once=at_once,
        stop=stop,
    )
    if outcomes.failed:
        raise _failed(outcomes.failed, home)
    return dict(outcomes.done)


def ensure_bucket(bucket: Objects) -> bool:
    """The bucket is there, protected as ever; true when it was made now."""
    made = bucket.ensure_bucket()
    if not made and not bucket.is_protected():
        bucket.protect()
    return made


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


def _only_certificates(work: _Work, region: str) -> RegionProvisions:
    return RegionProvisions(work.bucket(region).bucket, {}, certificates=_certify(work, region))


def _certify(work: _Work, region: str) -> tuple[Ensured, ...]:
    with step(work.report, "certificates", region) as under_way:
        wanted = work.certificates.get(region, ())
        ensured = certificates_of(
            wanted, work.aws, tags=work.tags, report=work.report, stop=work.stop
        )
        under_way.detail = summary(ensured)
    return ensured


def _provide(work: _Work, region: str, *, serves: bool) -> RegionProvisions:
    home = work.needs.home_region
    bucket = work.bucket(region)
    with step(work.report, "bucket", region) as under_way:
        under_way.detail = "created" if ensure_bucket(bucket) else "there"
    with step(work.report, "artifacts", region) as under_way:
        missing = _missing(work, bucket)
        sent = 0
        if region == home:
            sent = sum(archive.size_bytes for archive in missing)
            _each(missing, functools.partial(_upload, work, bucket))
        else:
            source = work.bucket(home).bucket
            _each(missing, functools.partial(_copy, bucket, source, work.account))
        how = "uploaded" if region == home else "copied"
        under_way.detail = f"{len(missing)} {how}, {len(work.needs.archives) - len(missing)} there"
    arns, published = _layers(work, region, bucket) if serves else ({}, 0)
    ensured = _certify(work, region)
    return RegionProvisions(bucket.bucket, arns, len(missing), sent, published, ensured)


def _missing(work: _Work, bucket: Objects) -> list[Archive]:
    """Return the archives that the bucket lacks, each content once."""
    distinct = {archive.sha256: archive for archive in work.needs.archives}
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        there = pool.map(
            lambda each: bucket.has(each.object_key, each.size_bytes), distinct.values()
        )
        return [each for each, found in zip(distinct.values(), there, strict=True) if not found]


def _each(archives: list[Archive], act: functools.partial[None]) -> None:
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        list(pool.map(act, archives))


def _upload(work: _Work, bucket: Objects, archive: Archive) -> None:
    path = work.sources.get(archive.sha256)
    if path is None:
        raise IncompleteError(
            f"The archive `{archive.file_name}` is neither here nor in `{bucket.bucket}`",
            why="the deployment that is to be finished did not come as far as to upload it",
            state="no stack was touched by this command",
            hint="run `sam-deploy deploy` where the sources are",
        )
    bucket.upload(archive.object_key, path, archive.code_sha256)


def _copy(bucket: Objects, source: str, account: str, archive: Archive) -> None:
    bucket.copy_from(source, account, archive.object_key)


def _layers(work: _Work, region: str, bucket: Objects) -> tuple[dict[str, str], int]:
    """Return layer name -> version ARN, publishing only content that is new here."""
    functions = Functions(work.aws, region)
    with step(work.report, "layers", region) as under_way:
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            layers = work.needs.layers
            found = list(pool.map(functools.partial(_layer, functions, bucket), layers))
        published = sum(new for _, new in found)
        under_way.detail = f"{published} published, {len(layers) - published} there"
    arns = {layer.name: arn for layer, (arn, _) in zip(layers, found, strict=True)}
    return arns, published


def _layer(functions: Functions, bucket: Objects, layer: Layer) -> tuple[str, bool]:
    there = functions.find_layer(layer.layer_name, layer.description)
    if there is not None:
        return there.arn, False
    made = functions.publish_layer(
        layer.layer_name,
        layer.description,
        bucket.bucket,
        layer.object_key,
        runtime=layer.runtime,
        architecture=layer.architecture,
    )
    return made.arn, True
