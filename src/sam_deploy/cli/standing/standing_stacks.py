"""Which stacks a command is about that works on what stands, and builds nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sam_deploy import naming
from sam_deploy.cli import identity, options, sam_options
from sam_deploy.cli.identity import Identity
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.deploy.ground import Ground
    from sam_deploy.plan import StackPlan

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Stacks:
    """The stacks that are meant, and all those of the app in all its environments."""

    who: Identity
    meant: tuple[StackPlan, ...]
    every: tuple[StackPlan, ...]
    app: App | None = None
    """Nothing for a SAM template."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region of what is meant, once."""
        return tuple(dict.fromkeys(region for stack in self.meant for region in stack.regions))

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the app's layers, as on AWS."""
        found = self.app.layers if self.app else ()
        return tuple(naming.layer_name(self.who.name, each.name) for each in found)


def of_project(
    chosen: Globals,
    sam: SamChoice,
    feature_sets: tuple[str, ...],
    regions: tuple[str, ...],
    environment: str | None,
) -> Stacks:
    """Return the stacks of the project's `deploy.py`, or of a SAM template and its settings.

    Raises `ConfigError` for an unknown feature set, region or environment.
    """
    if sam_options.is_template(chosen, sam):
        return _of_template(chosen, sam, feature_sets, regions, environment)
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic
    from sam_deploy.plan.stacks import stacks_of  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, environment)
    own = [each.name for each in app.environments] if app.topology == "isolated" else [""]
    requests = [plan.Request((), (), each) for each in (*own, LOCAL)]
    return Stacks(
        Identity(app.name, app.home_region, app.runtime),
        stacks_of(app, plan.Request(feature_sets, regions, where)),
        tuple(stack for request in requests for stack in stacks_of(app, request)),
        app,
    )


def _of_template(
    chosen: Globals,
    sam: SamChoice,
    feature_sets: tuple[str, ...],
    regions: tuple[str, ...],
    environment: str | None,
) -> Stacks:
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml

    sam_options.refuse_parts(feature_sets, environment)
    found = sam_options.prepared(chosen, sam, regions, deploying=True)
    if found.profile:
        os.environ["AWS_PROFILE"] = found.profile
    made = templates.plan(found.template, found.request)
    who = Identity(made.name, made.home_region, found.runtime)
    return Stacks(who, made.stacks, made.stacks)


def ground(stacks: Stacks, place: Place, console: consoles.Console, command: str) -> Ground:
    """Return what the command works with. Raises `RefusedError` for another account."""
    from sam_deploy import provide  # noqa: PLC0415 - boto3
    from sam_deploy.deploy.ground import Ground  # noqa: PLC0415 - the same

    who = stacks.who
    account = provide.guard_account(place.aws, who.home_region, place.expected_account)
    return Ground(
        aws=place.aws,
        name=who.name,
        home_region=who.home_region,
        account=account,
        report=console.report,
        stop=Stop(),
        command=command,
    )


def reach(chosen: Globals, stacks: Stacks, target: str | None) -> Place:
    """Return the place, without starting an embedded cloud."""
    return identity.reach(chosen, stacks.who, target)
