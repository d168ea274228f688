"""The main job for a SAM template that somebody else wrote, start to end.

    read  ->  plan  ->  build  ->  check  ->  provide  ->  deploy

As `workflow.py`, without a release: such a stack has no environments, and what moves its aliases,
if it has any, is the SAM transform within the stack update (`AutoPublishAlias`).
"""

from __future__ import annotations

from sam_deploy import manifest, provide, sam
from sam_deploy.build import Artifacts
from sam_deploy.delivery import deliver
from sam_deploy.errors import ConfigError
from sam_deploy.events import PhaseStarted
from sam_deploy.plan import Plan
from sam_deploy.provenance import provenance_of
from sam_deploy.sam import SamRequest, SamTemplate
from sam_deploy.template import Template
from sam_deploy.verdicts import Verdicts
from sam_deploy.workflow import (
    Context,
    Prepared,
    Result,
    build_archives,
    extent,
    known_there,
    sources_of,
    whole,
)


def run(context: Context, template: SamTemplate, request: SamRequest) -> Result:
    """Build the template's code once, and bring its stack to every region.

    Raises the error of the step that failed, and `IncompleteError` when some regions succeeded.
    """
    ready = prepare(context, template, request)
    delivery = deliver(context.to, ready.manifest, ready.sources)
    whole(delivery)
    return Result(ready.manifest, ready.artifacts, delivery)


def prepare(context: Context, template: SamTemplate, request: SamRequest) -> Prepared:
    """Return the manifest of a template, and its archives. Touches nothing but this computer."""
    planned = sam.plan(template, request)
    context.report(extent(planned))
    artifacts = build_archives(context, planned)
    rendered = render(context, template, request, planned, artifacts)
    made = manifest.of_template(planned, rendered, artifacts, provenance_of(context.project))
    return Prepared(artifacts, made, sources_of(artifacts))


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
    verdicts = Verdicts(context.store().root / "linted", "as it is written")
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
