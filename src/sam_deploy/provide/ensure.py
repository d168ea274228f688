"""The provide phase: bucket, archives and layers of every region, regions side by side."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, Functions, Objects
from sam_deploy.build import Artifacts
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.plan import Plan
from sam_deploy.provide.archives import bring
from sam_deploy.provide.layers import publish_layers
from sam_deploy.steps import step


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
    stop: Stop

    def bucket(self, region: str) -> Objects:
        name = naming.artifact_bucket_name(self.plan.name, self.account, region)
        return Objects(self.aws, region, name, self.account)


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
    work = _Work(plan, artifacts, aws, account, report, stop)
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
        under_way.detail = "created" if bucket.ensure_bucket() else "there"
    with step(work.report, "artifacts", region) as under_way:
        source = None if region == home else work.bucket(home)
        brought = bring(bucket, source, work.artifacts, work.account, work.report)
        under_way.detail = brought.text
    arns: Mapping[str, str] = {}
    published = 0
    if region in work.plan.regions:
        with step(work.report, "layers", region) as under_way:
            arns, published = publish_layers(
                work.plan, work.artifacts, Functions(work.aws, region), bucket.bucket, work.stop
            )
            under_way.detail = f"{published} published, {len(arns) - published} there"
        with step(work.report, "certificates", region) as under_way:
            under_way.detail = "none"
    return RegionProvisions(bucket.bucket, arns, brought.count, brought.sent_bytes, published)
