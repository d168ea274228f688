"""What release records say of the versions that a plan names. Reads S3, and writes nothing.

The records are read while aliases are: nobody waits for them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sam_deploy import provide
from sam_deploy.aws import Aws, Records
from sam_deploy.config.model import App
from sam_deploy.errors import SamDeployError
from sam_deploy.history import ReleaseRecord, Releases
from sam_deploy.promotion import planning, reading
from sam_deploy.promotion.model import ReleasePlan, Version
from sam_deploy.promotion.reading import Sight, Spot
from sam_deploy.release.origin import LETTERS

Served: TypeAlias = tuple[str, str, str, str]
"""A version that was put on record: function on AWS, region, number, hash of its code."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was found of the releases of an environment and of its source."""

    source: ReleaseRecord | None = None
    """The source's newest one; nothing when there is none, or when it cannot be read."""
    commits: Mapping[Served, str] = field(default_factory=dict)
    unread: str = ""
    """Why the source's cannot be read: no reason against a promotion."""

    def told_on(self, plan: ReleasePlan, sight: Sight) -> ReleasePlan:
        """Return the plan with commits that versions do not tell, and what its source is not."""
        found = planning.untold(sight, self.source)
        if self.unread:
            found += (f"whether {plan.source} is as it was released is not known: {self.unread}",)
        flips = tuple(
            replace(
                flip,
                before=self._told(flip.before, seen.spot.function, seen.spot.region),
                after=self._told(
                    flip.after,
                    seen.spot.source_function or seen.spot.function,
                    seen.spot.region,
                    seen.comes.version if seen.comes else "",
                ),
            )
            for flip, seen in zip(plan.flips, sight.seen, strict=True)
        )
        return replace(plan, flips=flips, warnings=(*plan.warnings, *found))

    def _told(self, version: Version, function: str, region: str, number: str = "") -> Version:
        key = (function, region, number or version.number, version.code_sha256)
        return replace(version, recorded_commit=self.commits.get(key, ""))


def read(
    app: App, places: Sequence[Spot], pair: tuple[str, str], aws: Aws, releases: Releases
) -> tuple[Sight, Known]:
    """Return what all spots serve, and what is on record of it.

    `pair` is an environment and its source: another environment, or an earlier release.
    """
    environment, source = pair
    sources = {each.name for each in app.environments}
    with ThreadPoolExecutor(1) as pool:
        known = pool.submit(look, app, pair, releases)
        sight = reading.read(places, environment, source if source in sources else "", aws)
        return sight, known.result()


def look(app: App, pair: tuple[str, str], releases: Releases) -> Known:
    """Return what is on record of an environment and its source; raises nothing.

    First versions are told by the first release of the environment that is deployed.
    """
    environment, source = pair
    environments = {each.name for each in app.environments}
    deployed = next(each.name for each in app.environments if not each.promote_from)
    asks: list[Callable[[], ReleaseRecord | None]] = [
        functools.partial(releases.latest, source)
        if source in environments
        else functools.partial(releases.find, source),
        functools.partial(releases.latest, environment),
        functools.partial(releases.first, deployed),
    ]
    with ThreadPoolExecutor(len(asks)) as pool:
        found = list(pool.map(_tried, asks))
    records = [each for each in found if isinstance(each, ReleaseRecord)]
    newest = found[0] if source in environments else None
    return Known(
        source=newest if isinstance(newest, ReleaseRecord) else None,
        commits={key: commit for each in records for key, commit in _commits(each)},
        unread=str(newest) if isinstance(newest, SamDeployError) else "",
    )


def _tried(ask: Callable[[], ReleaseRecord | None]) -> ReleaseRecord | SamDeployError | None:
    try:
        return ask()
    except SamDeployError as error:
        return error


def _commits(record: ReleaseRecord) -> Iterator[tuple[Served, str]]:
    for function, places in record.image.items():
        for region, each in places.items():
            if each.commit:
                # as descriptions have it, so that the two can be compared
                commit = each.commit[:LETTERS] + ("+" if each.commit.endswith("+") else "")
                yield (function, region, each.version, each.code_sha256), commit


def records_of(app: App, account: str, aws: Aws) -> Records:
    """Return an app's journals and releases, for reading: its bucket need not be there."""
    bucket = provide.artifact_bucket(app.name, account, app.home_region, aws).bucket
    return Records(aws, app.home_region, bucket, account)
