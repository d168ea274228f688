"""Reads what functions hold beside what their aliases serve: the newest code and configuration.

Touches Lambda, and writes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sam_deploy.aws import Aws, Configurations, Functions, FunctionState
from sam_deploy.promotion.reading import AT_ONCE, Seen, Sight, Spot


@dataclass(frozen=True, slots=True)
class Standing:
    """A function of the environment that is changed; `latest` is nothing when there is none."""

    latest: FunctionState | None = None
    """What its stack has made of it."""
    serves_newest: bool = False
    """Whether its alias serves just that, so that a new version would be the same one."""


def look(sight: Sight, aws: Aws) -> Mapping[Spot, Standing]:
    """Return what stands of all functions; nothing for those of a region that does not answer."""
    if not sight.seen:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(sight.seen))) as pool:
        found = list(pool.map(functools.partial(_look, aws), sight.seen))
    return {seen.spot: each for seen, each in zip(sight.seen, found, strict=True)}


def _look(aws: Aws, seen: Seen) -> Standing:
    if seen.failed is not None:
        return Standing()
    function, region = seen.spot.function, seen.spot.region
    latest = Functions(aws, region).state(function)
    if latest is None or seen.alias is None:
        return Standing(latest)
    configurations = Configurations(aws, region)
    served = configurations.fingerprint(function, seen.alias.version)
    return Standing(latest, served == configurations.fingerprint(function))
