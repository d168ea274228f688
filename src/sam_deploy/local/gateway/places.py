"""Where regions are, for "the nearest one". Pure.

Route 53 answers by latency, which it measures; the distance between places orders regions the
same way nearly everywhere, and the same way each time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Latitude and longitude of the cities that regions are named after.
_PLACES: Final = {
    "af-south-1": (-33.9, 18.4),
    "ap-east-1": (22.3, 114.2),
    "ap-northeast-1": (35.7, 139.7),
    "ap-northeast-2": (37.6, 127.0),
    "ap-northeast-3": (34.7, 135.5),
    "ap-south-1": (19.1, 72.9),
    "ap-south-2": (17.4, 78.5),
    "ap-southeast-1": (1.4, 103.8),
    "ap-southeast-2": (-33.9, 151.2),
    "ap-southeast-3": (-6.2, 106.8),
    "ap-southeast-4": (-37.8, 145.0),
    "ca-central-1": (45.5, -73.6),
    "ca-west-1": (51.0, -114.1),
    "eu-central-1": (50.1, 8.7),
    "eu-central-2": (47.4, 8.5),
    "eu-north-1": (59.3, 18.1),
    "eu-south-1": (45.5, 9.2),
    "eu-south-2": (41.7, -0.9),
    "eu-west-1": (53.3, -6.3),
    "eu-west-2": (51.5, -0.1),
    "eu-west-3": (48.9, 2.4),
    "il-central-1": (32.1, 34.8),
    "me-central-1": (24.5, 54.4),
    "me-south-1": (26.2, 50.6),
    "sa-east-1": (-23.5, -46.6),
    "us-east-1": (38.9, -77.4),
    "us-east-2": (40.0, -83.0),
    "us-west-1": (37.8, -122.4),
    "us-west-2": (45.5, -122.7),
}


def by_distance(near: str, regions: Iterable[str]) -> list[str]:
    """The regions, the one nearest to the region `near` first; by name where that is unknown."""
    here = _PLACES.get(near)
    return sorted(regions, key=lambda region: (_distance(here, _PLACES.get(region)), region))


def _distance(here: tuple[float, float] | None, there: tuple[float, float] | None) -> float:
    """The angle between two places in radians, or nothing when either is unknown."""
    if here is None or there is None:
        return 0.0 if here is None else math.pi
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (here, there))
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return math.acos(max(-1.0, min(1.0, cosine)))
