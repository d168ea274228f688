"""The main job for a SAM template that somebody else wrote, start to end.

    read  ->  plan  ->  build  ->  check  ->  provide  ->  deploy

As `workflow.py`, without a release: such a stack has no environments, and what moves its aliases,
if it has any, is the SAM transform within the stack update (`AutoPublishAlias`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sam_deploy import deploy, provide, sam
from sam_deploy.build import Artifacts
from sam_deploy.deploy import Deployment
from sam_deploy.errors import ConfigError, IncompleteError, SamDeployError
from sam_deploy.events import PhaseStarted, Planned
from sam_deploy.plan import Plan
from sam_deploy.sam import SamRequest, SamTemplate
from sam_deploy.steps import step
from sam_deploy.template import Template
from sam_deploy.verdicts import Verdicts
from sam_deploy.workflow import Context, build_archives, known_there


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a deployment of a template did."""

    plan: Plan
    artifacts: Artifacts
    provisions: provide.Provisions
    deployment: Deployment


def run(context: Context, template: SamTemplate, request: SamRequest) -> Result:
    """Build the template's code once, and bring its stack to every region.

    Raises the error of the step that failed, and `IncompleteError` when some regions succeeded.
    """
    planned = sam.plan(template, request)
    extent = Planned(len(planned.builds), len(planned.regions), len(planned.regions))
    context.report(extent)
    artifacts = build_archives(context, planned)
    rendered = render(context, template, request, planned, artifacts)
    context.report(PhaseStarted("provide", "Bringing archives to every region"))
    provisions = provide.ensure(
        planned,
        artifacts,
        context.aws,
        expected_account=context.expected_account,
        report=context.report,
        stop=context.stop,
        at_once=context.regions_at_once,
    )
    context.report(PhaseStarted("deploy", "Deploying the stack"))
    deployment = deploy.run(
        planned,
        {rendered.stack_name: rendered},
        provisions,
        context.aws,
        options=deploy.Options(context.regions_at_once, context.allow_replace),
        report=context.report,
        stop=context.stop,
    )
    context.after_deploy({rendered.stack_name: rendered}, deployment, context.report)
    for stack, region in deployment.done:
        with step(context.report, "release", region, stack) as under_way:
            under_way.detail = "none"
    if deployment.failed:
        raise _failed(deployment)
    return Result(planned, artifacts, provisions, deployment)


def render(
    context: Context,
    template: SamTemplate,
    request: SamRequest,
    planned: Plan,
    artifacts: Artifacts,
) -> Template:
    """Return the template of the stack. Raises `ConfigError` when cfn-lint objects."""
    context.report(PhaseStarted("template", "Checking the template"))
    stack = planned.stacks[0]
    verdicts = Verdicts(context.store().root / "linted")
    if not verdicts.passed(template.text, stack.regions):
        refuse_wrong(template, stack.regions)
        verdicts.remember(template.text, stack.regions)
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    values = {**template.overrides, **request.parameter_overrides}
    return known_there(context, sam.render(template, stack, keys, values))


def refuse_wrong(template: SamTemplate, regions: tuple[str, ...]) -> None:
    """Raise `ConfigError` with all that cfn-lint finds wrong with the template as it is written."""
    findings = sam.lint(template, regions)
    if findings:
        raise ConfigError(
            f"`{template.file.name}` would not work on AWS",
            why="cfn-lint found what CloudFormation would refuse",
            hint="correct the template; `Metadata: {cfn-lint: {config: {ignore_checks: [...]}}}` "
            "in it waives a check",
            problems=findings,
        )


def _failed(deployment: Deployment) -> SamDeployError:
    (stack, region), error = next(iter(deployment.failed.items()))
    if len(deployment.failed) == 1 and not deployment.done:
        return error
    live = sorted({where for _, where in deployment.done})
    waiting = sorted({where for _, where in deployment.not_started})
    state = f"it is as it should be in {', '.join(live)}" if live else "no region has it"
    return IncompleteError(
        f"Stack `{stack}` was not deployed to {len(deployment.failed)} regions"
        if len(deployment.failed) > 1
        else f"Stack `{stack}` was not deployed to `{region}`",
        why=f"in `{region}`: {error}",
        state=state + (f"; not started: {', '.join(waiting)}" if waiting else ""),
        hint="correct the cause and run the same command again; it does only what is left",
    )
