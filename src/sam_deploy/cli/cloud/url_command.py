"""`sam-deploy cloud url`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sam_deploy.cli import wiring
from sam_deploy.cli.cloud.addressed import regions_of
from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.standing import stack_options
from sam_deploy.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from sam_deploy.cli.standing.stack_options import StackPlace
    from sam_deploy.config import App

KINDS = ("http", "rest")
NAMES = {"": "API", "http": "HTTP API", "rest": "REST API"}
EPILOG = """\b
Examples:
  sam-deploy cloud url                    at home, of the first environment
  sam-deploy cloud url --environment prod --region us-east-1
  sam-deploy cloud url --api rest         of an app with both kinds
  sam-deploy cloud url --stack-name hey --region eu-west-1
"""


@click.command("url", epilog=EPILOG)
@click.option("--region", metavar="REGION", help="Default: the home region.")
@click.option("--environment", metavar="ENVIRONMENT", help="Default: the first environment.")
@click.option(
    "--api", "kind", type=click.Choice(KINDS), help="Default: the app's HTTP API, if any."
)
@stack_options.stack_options
@click.pass_obj
def command(
    chosen: Globals,
    region: str | None,
    environment: str | None,
    kind: str | None,
    sam: SamChoice,
) -> None:
    """Print the base URL at which the deployed HTTP or REST API answers.

    Of a SAM template's stack: a line for each stage of its APIs.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.cloud import stacked  # noqa: PLC0415 - with the others
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - costs pydantic

    stack = stacked.meant(chosen, sam, region, environment)
    if stack is not None:
        if kind:
            raise click.UsageError("--api is of `deploy.py`: all APIs of a stack are told")
        click.echo("\n".join(_of_stack(stack)))
        return
    app = config.load(chosen.project)
    stage = environment or first_environment(app)
    where = _checked(app, region, stage, kind or "")
    cloud = running(chosen)
    click.echo(api_url(app, wiring.embedded(cloud, app.runtime), where, stage, kind or ""))


def _of_stack(stack: StackPlace) -> list[str]:
    """Return the addresses of a stack's APIs. Raises `RefusedError` where it has none."""
    from sam_deploy.cli.cloud import stacked  # noqa: PLC0415 - with the others

    region, cloud = stack.regions[0], stack.place.cloud
    found = stacked.addresses(cloud, stack.place.aws, stack.name, region) if cloud else []
    if not found:
        raise stacked.absent("APIs", stack.name, region)
    return found


def _checked(app: App, region: str | None, environment: str, kind: str) -> str:
    """Return the region to ask in: the one that is named, else home, else the API's first.

    Raises `ConfigError` for an environment or a region that no deployment brings an API to.
    """
    from sam_deploy.watching import sources  # noqa: PLC0415 - boto3

    sources.check_named("environment", [environment], [each.name for each in app.environments])
    every = {"http": app.http_api, "rest": app.rest_api}
    api = next((each for name, each in every.items() if each and kind in {"", name}), None)
    if api is None:
        raise ConfigError(
            f"`{app.name}` has no {NAMES[kind]}",
            why="`deploy.py` declares none",
            hint=f"`{program()} outputs` shows what else has an address",
        )
    regions = regions_of(app, api)
    if region is None:
        return app.home_region if app.home_region in regions else regions[0]
    sources.check_named("region", [region], sources.regions_of(app))
    if region not in regions:
        raise ConfigError(
            f"The {NAMES['http' if api is app.http_api else 'rest']} is not in `{region}`",
            why=f"its feature set is for {', '.join(regions)}",
            hint="choose one of these, or add the region in `deploy.py`",
        )
    return region


def api_url(app: App, place: wiring.Place, region: str, environment: str, kind: str = "") -> str:
    """Return the gateway's URL of an environment's stage: of the HTTP API, else of the REST API.

    `kind`, `http` or `rest`, is for apps that have both. Raises `RefusedError` when nothing with
    such an API is deployed there.
    """
    from sam_deploy import naming  # noqa: PLC0415 - with the commands that use it
    from sam_deploy.aws import CloudFormation  # noqa: PLC0415 - half a second
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

    own = physical.owner(app, environment)
    for feature_set in app.feature_sets:
        stack = physical.stack_name(app, feature_set, own)
        found = CloudFormation(place.aws, region).describe_stack(stack)
        outputs = found.outputs if found else {}
        ids = [] if kind == "rest" else [naming.http_api_id(environment), naming.http_api_id()]
        ids += [] if kind == "http" else [naming.REST_API]
        api_id = next((outputs[f"{each}Id"] for each in ids if f"{each}Id" in outputs), "")
        if api_id and place.cloud:
            return place.cloud.url(region, api_id, naming.stage_name(environment))
    raise RefusedError(
        f"No {NAMES[kind]} is deployed in `{region}`",
        why="no stack of the app there has one",
        hint=f"run `{program()} deploy`, then ask again",
    )
