"""Makes manifests of what the earlier phases returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sam_deploy import naming
from sam_deploy.build import Artifacts
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.manifest.model import Codes, FunctionWork, Manifest, Outside, Provenance
from sam_deploy.plan import BuildUnit, NodeUnit, Plan, StackPlan
from sam_deploy.plan.units import functions_of
from sam_deploy.provide import artifact_key, needs_of
from sam_deploy.template import Template


def of_app(
    app: App,
    plan: Plan,
    templates: Mapping[str, Template],
    artifacts: Artifacts,
    provenance: Provenance,
) -> Manifest:
    """Return the manifest of an app: its stacks, archives, layers and functions."""
    return Manifest(
        name=plan.name,
        home_region=plan.home_region,
        environment=plan.environment,
        stacks=plan.stacks,
        templates=templates,
        needs=needs_of(plan, artifacts.values()),
        functions=tuple(
            each for stack in plan.stacks for each in _functions(app, plan, stack, artifacts)
        ),
        predecessors={each.name: each.promote_from for each in app.environments},
        tags=plan.tags,
        targets=_targets(plan),
        provenance=provenance,
        outside=_outside(app),
    )


def of_template(
    plan: Plan, template: Template, artifacts: Artifacts, provenance: Provenance
) -> Manifest:
    """Return the manifest of a SAM template: one stack, without environments."""
    return Manifest(
        name=plan.name,
        home_region=plan.home_region,
        environment="",
        stacks=plan.stacks,
        templates={template.stack_name: template},
        needs=needs_of(plan, artifacts.values()),
        tags=plan.tags,
        targets=_targets(plan),
        provenance=provenance,
    )


def _functions(
    app: App, plan: Plan, stack: StackPlan, artifacts: Artifacts
) -> Iterator[FunctionWork]:
    if stack.topology == "local":
        return
    for function in functions_of(app, stack.feature_set):
        yield FunctionWork(
            stack=stack.name,
            name=function.name,
            function_name=physical.function_name(app, function, plan.environment),
            code_sha256=artifacts[f"function/{function.name}"].code_sha256,
            object_key=artifact_key(artifacts[f"function/{function.name}"]),
            aliases={
                name: naming.alias_id(function.name, name)
                for name in (each.name for each in app.environments)
                if name in stack.environments
            },
            provisioned={
                environment: count
                for environment, count in function.provisioned_concurrency.items()
                if environment in stack.environments
            },
            answers_start=True,
        )


def _outside(app: App) -> Outside:
    mail = app.promotion
    return Outside(
        sender=mail.sender if mail else "",
        sender_region=(mail.region or app.home_region) if mail else "",
        domain=app.domain or "",
        hosted_zone_id=app.hosted_zone_id or "",
        codes=Codes(
            tuple(mail.recipients),
            mail.minutes,
            mail.attempts,
            mail.codes_an_hour,
            mail.codes_a_day,
            mail.approval_hours,
        )
        if mail
        else None,
        broker=(mail.broker or "") if mail else "",
    )


def _targets(plan: Plan) -> tuple[str, ...]:
    labels = (
        unit.target.label if isinstance(unit, BuildUnit) else unit.runtime
        for unit in plan.builds
        if isinstance(unit, (BuildUnit, NodeUnit))
    )
    return tuple(sorted(set(labels)))
