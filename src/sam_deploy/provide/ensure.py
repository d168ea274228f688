"""The provide phase: bucket, archives and layers of every region, regions side by side."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, Functions, Objects
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.provide.archives import at_once as nothing_to_await
from sam_deploy.provide.archives import bring
from sam_deploy.provide.certificates import Ensured, Wanted
from sam_deploy.provide.certificates import ensure as certificates_of
from sam_deploy.provide.home_first import HomeFirst
from sam_deploy.provide.layers import publish_layers
from sam_deploy.provide.model import Needs
from sam_deploy.provide.validation import summary
from sam_deploy.steps import step


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
    home: HomeFirst = field(default_factory=HomeFirst)

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
        after={},
        at_once=at_once,
        stop=stop,
    )
    if outcomes.failed:
        raise _failed(outcomes.failed, home)
    return dict(outcomes.done)


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
    if home in failed:
        return failed[home]
    error = next(iter(failed.values()))
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
    with work.home.first(is_home=region == home):
        with step(work.report, "bucket", region) as under_way:
            is_new = bucket.ensure_bucket()
            under_way.detail = "created" if is_new else "there"
        with step(work.report, "artifacts", region) as under_way:
            brought = bring(
                bucket,
                None if region == home else work.bucket(home),
                work.needs.archives,
                work.sources,
                work.report,
                is_new=is_new,
                source_ready=nothing_to_await
                if region == home
                else functools.partial(work.home.wait, region, work.stop),
            )
            under_way.detail = brought.text
    arns: Mapping[str, str] = {}
    published = 0
    if serves:
        with step(work.report, "layers", region) as under_way:
            arns, published = publish_layers(
                work.needs.layers,
                work.needs.archives,
                work.sources,
                Functions(work.aws, region),
                bucket,
                stop=work.stop,
            )
            under_way.detail = f"{published} published, {len(arns) - published} there"
    ensured = _certify(work, region)
    return RegionProvisions(
        bucket.bucket, arns, brought.count, brought.sent_bytes, published, ensured
    )
