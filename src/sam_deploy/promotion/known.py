"""What release records say of the versions that a plan names. Reads S3, and writes nothing.

The records are read while aliases are: nobody waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from sam_deploy import provide
from sam_deploy.aws import Aws, Records
from sam_deploy.config.model import App
from sam_deploy.errors import SamDeployError
from sam_deploy.history import ReleaseRecord, Releases
from sam_deploy.promotion import planning, reading
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.reading import Sight, Spot


@dataclass(frozen=True, slots=True)
class Known:
    """What was found of the source's releases."""

    source: ReleaseRecord | None = None
    """The newest one; nothing when there is none, or when it cannot be read."""
    unread: str = ""
    """Why it cannot be read. What was never released is no reason against a promotion."""

    def told_on(self, plan: ReleasePlan, sight: Sight) -> ReleasePlan:
        """Return the plan with what its source is not: what its release record says."""
        found = planning.untold(sight, self.source)
        if self.unread:
            found += (f"whether {plan.source} is as it was released is not known: {self.unread}",)
        return replace(plan, warnings=(*plan.warnings, *found))


def read(
    places: Sequence[Spot], environment: str, source: str, aws: Aws, releases: Releases
) -> tuple[Sight, Known]:
    """Return what all spots serve, and what is on record of their source."""
    with ThreadPoolExecutor(1) as pool:
        known = pool.submit(_known, releases, source)
        return reading.read(places, environment, source, aws), known.result()


def _known(releases: Releases, source: str) -> Known:
    try:
        return Known(releases.latest(source))
    except SamDeployError as error:
        return Known(unread=str(error))


def releases_of(app: App, account: str, aws: Aws) -> Releases:
    """Return the records of an app's releases, for reading: its bucket need not be there."""
    bucket = provide.artifact_bucket(app.name, account, app.home_region, aws).bucket
    return Releases(Records(aws, app.home_region, bucket, account), app.name)
