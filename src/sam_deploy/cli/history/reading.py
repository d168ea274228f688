"""Reads what was released, and compares the newest with what is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sam_deploy.cli import identity, wiring
from sam_deploy.cli.options import Globals, program
from sam_deploy.errors import ConfigError, SamDeployError

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.history import Chain, ReleaseRecord, Releases
    from sam_deploy.release import Drift, Served


@dataclass(frozen=True, slots=True)
class Told:
    """The newest releases of some environments, and which of them are served now."""

    environments: tuple[str, ...]
    records: tuple[ReleaseRecord, ...]
    """The newest first."""
    latest: Mapping[str, str]
    """Environment -> id of its newest release."""
    live: Mapping[str, str]
    """Environment -> id of the newest release that is served as it was put on record."""
    drifts: tuple[Drift, ...]
    """Where an environment does not serve what its newest release says."""
    apart: tuple[str, ...] = ()
    """Where regions of an environment differ since one was left out, and the way on."""
    unread: str = ""
    """Why it is not known what is served, such as a region that does not answer."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """An app, where it is deployed, and where its history lies."""

    app: App
    place: Place
    records: Records

    @property
    def releases(self) -> Releases:
        """Return the records of releases."""
        from sam_deploy.history import Releases  # noqa: PLC0415 - boto3

        return Releases(self.records, self.app.name)

    @property
    def chain(self) -> Chain:
        """Return the audit, for reading."""
        from sam_deploy.history import Chain  # noqa: PLC0415 - boto3

        return Chain(self.records, self.app.name, who="", host="")


def reach(chosen: Globals, target: str | None) -> Shelves:
    """Return where the history of the project's app lies. Starts no embedded cloud."""
    from sam_deploy import config  # noqa: PLC0415 - pydantic

    app = config.load(chosen.project)
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    who = identity.Identity(app.name, app.home_region, app.runtime)
    return Shelves(app, place, identity.records(who, place))


def environments(app: App, named: str | None) -> tuple[str, ...]:
    """Return the environments that are meant. Raises `ConfigError` for one that does not exist."""
    every = tuple(each.name for each in app.environments)
    if named is None:
        return every
    if named not in every:
        raise ConfigError(
            f"There is no environment `{named}`",
            why=f"`deploy.py` has {', '.join(every)}",
            hint="choose one of these, or leave it out for all",
        )
    return (named,)


def first_release(app: App, environment: str | None, releases: Releases) -> str:
    """Return the command towards the first release of an environment that has none, or of any.

    That is the first promotion of its chain for which there is something to promote.
    """
    sources = {each.name: each.promote_from for each in app.environments}
    if environment is None:
        return "deploy"
    to, source = environment, sources[environment]
    while source is not None and releases.latest(source) is None:
        to, source = source, sources[source]
    return f"promote {to}" if source is not None else "deploy"


def read(shelves: Shelves, meant: tuple[str, ...], limit: int) -> Told:
    """Return the newest releases of these environments, `limit` in all, and what is served."""
    from sam_deploy import release  # noqa: PLC0415 - boto3

    releases = shelves.releases
    with ThreadPoolExecutor(len(meant) + 1) as pool:
        reading = pool.submit(release.read, shelves.app, shelves.place.aws)
        found = list(pool.map(lambda each: releases.newest_first(each, limit), meant))
        by_environment = {name: some for name, some in zip(meant, found, strict=True) if some}
        try:
            served, unread = reading.result(), ""
        except SamDeployError as error:
            # a region that is down hides what it serves, and not what was released
            served, unread = (), str(error)
    told = tell(meant, by_environment, served, limit)
    newest = {environment: some[0] for environment, some in by_environment.items()}
    return without_live(replace(told, apart=apart(shelves.app, newest, served)), unread)


def apart(
    app: App, latest: Mapping[str, ReleaseRecord], served: Sequence[Served]
) -> tuple[str, ...]:
    """Return where regions differ as it was put on record, with the command that ends it."""
    from sam_deploy import promotion, release  # noqa: PLC0415 - boto3

    lines = []
    for environment, record in latest.items():
        found = release.uneven(record, served)
        if found is not None:
            back = record.act == "rollback" and record.left_out
            way = (
                f"rollback {environment} --to {record.source}"
                if back
                else promotion.way_to(app, environment)
            )
            command = f"{program()} {way}"
            lines.append(f"{found.words}, since {record.id}:\n  `{command}` ends that")
    return tuple(lines)


def without_live(told: Told, unread: str) -> Told:
    """Return the same, but when something was not read it is not said what is live."""
    return replace(told, live={}, drifts=(), apart=(), unread=unread) if unread else told


def tell(
    meant: tuple[str, ...],
    by_environment: Mapping[str, Sequence[ReleaseRecord]],
    served: Sequence[Served],
    limit: int,
) -> Told:
    """Return what there is to tell. `by_environment` holds the newest first. Pure."""
    from sam_deploy.release import drifts  # noqa: PLC0415 - boto3

    every = [each for some in by_environment.values() for each in some]
    every.sort(key=lambda each: (each.made, each.number), reverse=True)
    live = {}
    for environment, some in by_environment.items():
        fits = (each.id for each in some if not drifts(each, served))
        if (found := next(fits, "")) != "":
            live[environment] = found
    return Told(
        environments=meant,
        records=tuple(every[:limit]),
        latest={environment: some[0].id for environment, some in by_environment.items()},
        live=live,
        drifts=tuple(d for some in by_environment.values() for d in drifts(some[0], served)),
    )
