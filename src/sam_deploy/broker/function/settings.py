"""What a broker guards, and whom it asks. Written into its code, where nobody can change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Everything that a broker knows of its app. `guarded`: alias -> function -> regions."""

    app: str
    guarded: Mapping[str, Mapping[str, tuple[str, ...]]]
    sender: str
    sender_region: str
    recipients: tuple[str, ...]
    minutes: int
    """How long a code is good."""
    attempts: int
    codes_an_hour: int
    codes_a_day: int
    approval_hours: int
    """How long a plan may be carried out that is agreed to for later, as in CI."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Guarded alias -> the one of the same function that it is promoted from."""
    origins: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """Guarded alias -> its function -> (function, alias) that it is promoted from, if another's."""
    tool_version: str = ""

    @property
    def places(self) -> frozenset[tuple[str, str]]:
        """(region, function's name on AWS) of all that has a guarded alias."""
        return frozenset(
            (region, function)
            for functions in self.guarded.values()
            for function, regions in functions.items()
            for region in regions
        )

    def guards(self, region: str, function: str, alias: str) -> bool:
        """Whether nobody moves this alias without a code, but back."""
        return region in self.guarded.get(alias, {}).get(function, ())


def settings_read(found: Mapping[str, object]) -> BrokerSettings:
    """Return settings from the JSON object that stands in the code."""
    given = dict(found)
    guarded = given.pop("guarded")
    if not isinstance(guarded, dict):
        raise TypeError(guarded)
    origins = given.pop("origins")
    if not isinstance(origins, dict):
        raise TypeError(origins)
    given["recipients"] = tuple(given["recipients"])  # type: ignore[arg-type]
    return BrokerSettings(
        guarded={
            alias: {function: tuple(regions) for function, regions in functions.items()}
            for alias, functions in guarded.items()
        },
        origins={
            alias: {function: (origin[0], origin[1]) for function, origin in functions.items()}
            for alias, functions in origins.items()
        },
        **given,  # type: ignore[arg-type]
    )
