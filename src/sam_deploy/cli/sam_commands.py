"""What deploy, build and template do when they are given a SAM template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sam_deploy.cli import sam_options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.events import Note

if TYPE_CHECKING:
    from sam_deploy.cli.sam_options import SamChoice
    from sam_deploy.plan import Plan


def planned(
    chosen: Globals, sam: SamChoice, feature_sets: tuple[str, ...]
) -> tuple[Plan, tuple[Note, ...]]:
    """Return what is built for a template on Lambda, and what the user should know of it."""
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml

    sam_options.refuse_parts(feature_sets)
    found = sam_options.prepared(chosen, sam, (), deploying=False)
    made = templates.plan(found.template, found.request)
    warnings = (
        Note(f"{each.path} {each.message} [{each.rule}]", "warning") for each in made.warnings
    )
    return made, (*map(Note, found.notes), *warnings)


def show(chosen: Globals, sam: SamChoice, *, lint: bool) -> None:
    """Write the template as it goes to CloudFormation; its archives are built first."""
    from sam_deploy import build, provide, sam_workflow  # noqa: PLC0415 - costs yaml, boto3
    from sam_deploy import sam as templates  # noqa: PLC0415 - the same

    found = sam_options.prepared(chosen, sam, (), deploying=False)
    made = templates.plan(found.template, found.request)
    store, console = build.Store.default(), consoles.make("quiet")
    artifacts = build.run(made.builds, chosen.project, store, console.report)
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    overrides = found.request.parameter_overrides
    click.echo(templates.render(found.template, made.stacks[0], keys, overrides).body, nl=False)
    if lint:
        sam_workflow.refuse_wrong(found.template, made.regions)
