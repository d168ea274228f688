"""Finds what an event is for: a thing of the app by its name in `deploy.py`, where it is deployed.

A command says a name, maybe a region and an environment; what AWS calls the thing follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sam_deploy.cli import wiring
from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals, program
from sam_deploy.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sam_deploy.aws import Aws
    from sam_deploy.config import App
    from sam_deploy.local import RunningCloud

F = TypeVar("F", bound="Callable[..., Any]")
_LOCAL: Final = "local"


@dataclass(frozen=True, slots=True)
class Addressed:
    """The app, its cloud, and the region and environment that are meant.

    `thing` is what was named, as it is declared.
    """

    app: App
    cloud: RunningCloud
    aws: Aws
    thing: Any
    region: str
    environment: str

    def absent(self, kind: str, name: str) -> RefusedError:
        """Return what to raise when AWS knows no such thing."""
        return absent(kind, name, self.region)


def absent(kind: str, name: str, region: str) -> RefusedError:
    """Return what to raise when the cloud has nothing of that name in a region."""
    return RefusedError(
        f"{kind} `{name}` is not deployed in `{region}`",
        why="the embedded cloud has none of that name there",
        hint=f"run `{program()} deploy`, then the same command again",
    )


def where_options(function: F) -> F:
    """Accept `--region` and `--environment`."""
    function = click.option(
        "--region", metavar="REGION", help="Default: the home region, if it is there."
    )(function)
    return click.option(
        "--environment", metavar="NAME", help="Default: the first one, such as dev."
    )(function)


def find(
    chosen: Globals, family: str, name: str, region: str | None, environment: str | None
) -> Addressed:
    """Return a thing of the app, by its name in `deploy.py` or in AWS, and where it is.

    `family` is functions, queues or buckets. Raises `ConfigError` for names that do not exist, with
    the nearest, and `RefusedError` when the cloud does not run.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - the same
    from sam_deploy.watching.sources import check_named  # noqa: PLC0415 - boto3

    app = config.load(chosen.project)
    known = [each.name for each in app.environments]
    where = environment or first_environment(app)
    check_named("environment", [where], known, beside=() if family == "functions" else (_LOCAL,))
    things = {str(each.name): each for each in getattr(app, family)}
    in_aws = {aws_name(app, each, where): label for label, each in things.items()}
    label = in_aws.get(name, name)
    check_named(family.removesuffix("s"), [label], things)
    return at(chosen, app, things[label], region, where)


def at(chosen: Globals, app: App, thing: object, region: str | None, environment: str) -> Addressed:
    """Return a thing in one of its regions: the one that is named, else home, else the first."""
    regions = regions_of(app, thing)
    if region and region not in regions:
        raise ConfigError(
            f"`{getattr(thing, 'name', '')}` is not in `{region}`",
            why=f"its feature set is for {', '.join(regions)}",
            hint="choose one of these, or add the region in `deploy.py`",
        )
    cloud = running(chosen)
    place = wiring.embedded(cloud, app.runtime)
    return Addressed(app, cloud, place.aws, thing, region or first_region(app, thing), environment)


def regions_of(app: App, thing: object) -> Sequence[str]:
    """Return the regions of the feature set that a thing belongs to."""
    from sam_deploy.config.tree import feature_set_of  # noqa: PLC0415 - costs pydantic

    name = feature_set_of(app, thing)
    return next(each.regions for each in app.feature_sets if each.name == name)


def first_region(app: App, thing: object) -> str:
    """Return where what a thing's feature set has once is: home, if it is there."""
    regions = regions_of(app, thing)
    return app.home_region if app.home_region in regions else regions[0]


def aws_name(app: App, thing: object, environment: str, region: str = "") -> str:
    """Return what AWS calls a function, queue or bucket of an environment, in a region.

    Without a region it is the name at home.
    """
    from sam_deploy import naming  # noqa: PLC0415 - with the commands that use it
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.model import Bucket, Function, Queue  # noqa: PLC0415 - the same

    match thing:
        case Function():
            return physical.function_name(app, thing, environment)
        case Queue():
            return physical.queue_name(thing, environment)
        case Bucket():
            suffix = naming.region_suffix(region or app.home_region, app.home_region)
            regional = physical.is_regional(thing)
            return physical.bucket_name(thing, environment) + (suffix if regional else "")
    raise TypeError(type(thing).__name__)
