"""`sam-deploy template`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, sam_options
from sam_deploy.cli.options import Globals, json_option
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.config.model import App
    from sam_deploy.plan import Request
    from sam_deploy.template import Template

NO_ARCHIVE: Final = f"{'0' * 64}.zip"
"""The name of an archive that is not built, for templates that are only judged."""

EPILOG = """\b
Examples:
  sam-deploy template             the template of the first feature set
  sam-deploy template ams         the template of another one
  sam-deploy template > out.yaml  into a file
  sam-deploy template --audit     what one would regret, in every stack
  sam-deploy template --count     how many resources each topology has
"""


@click.command("template", epilog=EPILOG, cls=SamCommand)
@click.argument("feature_set", required=False)
@click.option("--lint", is_flag=True, help="Check it with cfn-lint; exit 2 when it objects.")
@click.option("--audit", is_flag=True, help="Show what our rules find; exit 2 at errors.")
@click.option("--count", is_flag=True, help="Count the resources of both topologies.")
@options.environment_option
@json_option
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    feature_set: str | None,
    lint: bool,  # noqa: FBT001 - click
    audit: bool,  # noqa: FBT001 - click
    count: bool,  # noqa: FBT001 - click
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click
    sam: SamChoice,
) -> None:
    """Show the CloudFormation template (AWS SAM) of a stack: the same for every region.

    The archives are built first, since the template names them by their content.
    """
    from sam_deploy import build, config, plan, provide, template  # noqa: PLC0415 - costs pydantic

    if as_json and not (audit or count):
        raise click.UsageError("--json goes with --audit and --count")
    if sam_options.is_template(chosen, sam):
        _show_template(chosen, sam, feature_set, environment, lint=lint, other=audit or count)
        return
    app = config.load(chosen.project)
    if count:
        _count(app, as_json=as_json)
        return
    where = options.chosen_environment(chosen, app, environment)
    if audit:
        names = (feature_set,) if feature_set else ()
        _audit(app, chosen, plan.Request(names, (), where), with_lint=lint, as_json=as_json)
        return
    name = feature_set or ("" if where == "local" else app.feature_sets[0].name)
    planned = plan.make(app, chosen.project, plan.Request((name,) if name else (), (), where))
    console = consoles.make("quiet")
    artifacts = build.run(planned.builds, chosen.project, build.Store.default(), console.report)
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    stack = planned.stacks[0]
    rendered = template.render(app, stack, keys)
    click.echo(rendered.body, nl=False)
    if lint:
        _refuse_wrong(rendered, stack.regions)


def _refuse_wrong(rendered: Template, regions: tuple[str, ...]) -> None:
    from sam_deploy import template  # noqa: PLC0415 - costs pydantic

    findings = template.lint(rendered, regions)
    if findings:
        raise ConfigError(
            f"cfn-lint objects to the template of `{rendered.stack_name}`",
            why="CloudFormation would refuse it",
            hint="correct `deploy.py`",
            problems=findings,
        )


def _show_template(
    chosen: Globals,
    sam: SamChoice,
    feature_set: str | None,
    environment: str | None,
    *,
    lint: bool,
    other: bool,
) -> None:
    from sam_deploy.cli import sam_commands  # noqa: PLC0415 - seldom used

    if other:
        raise click.UsageError("--audit and --count are about `deploy.py`, not about a template")
    sam_options.refuse_parts((feature_set,) if feature_set else (), environment)
    sam_commands.show(chosen, sam, lint=lint)


def _count(app: App, *, as_json: bool) -> None:
    from sam_deploy.cli.inspecting import count_screens  # noqa: PLC0415 - only here
    from sam_deploy.template.counting import count  # noqa: PLC0415 - only here

    show = count_screens.count_json if as_json else count_screens.count_text
    click.echo(show(count(app)))


def _audit(app: App, chosen: Globals, request: Request, *, with_lint: bool, as_json: bool) -> None:
    """Show what the checks find in every stack. Builds nothing: no rule looks at an archive."""
    from sam_deploy import plan, template  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.inspecting import audit_screens  # noqa: PLC0415 - only here
    from sam_deploy.template.checks.audit import RULES  # noqa: PLC0415 - only here

    planned = plan.make(app, chosen.project, request)
    keys = {unit.key: NO_ARCHIVE for unit in planned.builds}
    waivers, strict = template.waivers_of(app), template.strict_environments(app)
    audited = []
    for stack in planned.stacks:
        rendered = template.render(app, stack, keys)
        found = template.find(
            rendered, stack.regions, waivers=waivers, strict=strict, with_lint=with_lint
        )
        audited.append((stack.name, found))
    shown = audit_screens
    click.echo(shown.report_json(audited) if as_json else shown.report_text(audited, RULES))
    count = shown.blocking(audited)
    if count:
        raise ConfigError(
            f"{count} of the findings must not be deployed",
            why="they are errors: they stop every deployment",
            hint='correct `deploy.py`, or waive a rule there: `waive={"rule": "reason"}`',
        )
