"""Says where an environment does not serve what a release of it has put on record. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sam_deploy.amounts import percent
from sam_deploy.history import ReleaseRecord
from sam_deploy.release.read import Served


@dataclass(frozen=True, slots=True)
class Drift:
    """One function in one region whose alias is not where the release has put it."""

    environment: str
    function_name: str
    region: str
    recorded: str
    """The version that is on record."""
    version: str
    """The version that is served; '' when the alias or the function is gone."""
    weights: tuple[tuple[str, float], ...] = ()
    """Other versions and their fraction of the calls, 0-1."""
    hot: bool = False
    """What is served came by `deploy --watch`, and is in no stack."""

    @property
    def words(self) -> str:
        """Return it as a sentence without its end."""
        shared = "".join(f" and {percent(fraction)} of {each}" for each, fraction in self.weights)
        now = f"serves version {self.version}{shared}" if self.version else "is gone"
        why = ", by `deploy --watch`" if self.hot else ""
        return f"{self.function_name} in {self.region} {now}{why}; on record is {self.recorded}"


def drifts(record: ReleaseRecord, served: Sequence[Served]) -> tuple[Drift, ...]:
    """Return where the aliases of an environment are not as a release says; none: it is live.

    A function or a region that the release does not know of came later, and is no drift.
    """
    found = []
    for each in served:
        known = record.image.get(each.function_name, {}).get(each.region)
        if known is None or each.environment != record.environment:
            continue
        if each.version != known.version or each.weights:
            found.append(
                Drift(
                    environment=record.environment,
                    function_name=each.function_name,
                    region=each.region,
                    recorded=known.version,
                    version=each.version,
                    weights=each.weights,
                    hot=each.hot,
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Uneven:
    """A release after which regions of an environment serve other code than each other."""

    release: ReleaseRecord
    functions: Mapping[str, tuple[tuple[str, ...], ...]]
    """Name on AWS -> the regions that serve the same, by their code."""

    @property
    def words(self) -> str:
        """Return it as a sentence without its end."""
        sides: dict[tuple[tuple[str, ...], ...], list[str]] = {}
        for name, groups in self.functions.items():
            sides.setdefault(groups, []).append(name)
        told = (
            f"of {', '.join(names)} in {' than in '.join(', '.join(each) for each in groups)}"
            for groups, names in sides.items()
        )
        return f"{self.release.environment} serves other code {'; '.join(told)}"


def uneven(record: ReleaseRecord, served: Sequence[Served]) -> Uneven | None:
    """Return where regions differ as a promotion or rollback has put it on record; else nothing.

    That is so when one of them was left out. What is served otherwise is drift, and told as such;
    a deployment may be for some regions only.
    """
    if record.act == "deploy":
        return None
    apart: dict[str, tuple[tuple[str, ...], ...]] = {}
    for function, places in record.image.items():
        codes: dict[str, list[str]] = {}
        for each in served:
            known = places.get(each.region)
            here = (each.function_name, each.environment) == (function, record.environment)
            if here and known and known.code_sha256 and each.version == known.version:
                codes.setdefault(known.code_sha256, []).append(each.region)
        if len(codes) > 1:
            apart[function] = tuple(tuple(regions) for regions in codes.values())
    return Uneven(record, apart) if apart else None
