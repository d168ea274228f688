"""`sam-deploy template`."""

from __future__ import annotations

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError

EPILOG = """\b
Examples:
  sam-deploy template             the template of the first feature set
  sam-deploy template ams         the template of another one
  sam-deploy template > out.yaml  into a file
"""


@click.command("template", epilog=EPILOG)
@click.argument("feature_set", required=False)
@click.option("--lint", is_flag=True, help="Check it with cfn-lint; exit 2 when it objects.")
@click.pass_obj
def command(chosen: Globals, feature_set: str | None, lint: bool) -> None:  # noqa: FBT001 - click
    """Show the CloudFormation template (AWS SAM) of a stack: the same for every region.

    The archives are built first, since the template names them by their content.
    """
    from sam_deploy import build, config, plan, provide, template  # noqa: PLC0415 - costs pydantic

    app = config.load(chosen.project)
    name = feature_set or app.feature_sets[0].name
    planned = plan.make(app, chosen.project, plan.Request((name,)))
    console = consoles.make("quiet")
    artifacts = build.run(planned.builds, chosen.project, build.Store.default(), console.report)
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    stack = planned.stacks[0]
    rendered = template.render(app, stack, keys)
    click.echo(rendered.body, nl=False)
    findings = template.lint(rendered, stack.regions) if lint else ()
    if findings:
        raise ConfigError(
            f"cfn-lint objects to the template of `{stack.name}`",
            why="CloudFormation would refuse it",
            hint="correct `deploy.py`",
            problems=findings,
        )
