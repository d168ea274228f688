"""The main job, start to end: the file to read first.

    config  ->  plan  ->  build  ->  provide  ->  template  ->  deploy  ->  release

config    reads `deploy.py` and `.env`, and judges them       touches: those files
plan      decides what to build and which stacks go where     touches: nothing
build     makes one archive per function and layer            touches: disk, uv, package index
provide   brings archives and layers to every region          touches: S3, Lambda layers
template  renders one SAM template per stack                  touches: nothing
deploy    brings every stack to its template                  touches: CloudFormation
release   publishes versions and moves the first alias        touches: Lambda versions, aliases

Each phase takes what the earlier ones returned, returns frozen values, and never looks forward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sam_deploy import build, config, deploy, plan, provide, release, template
from sam_deploy.aws import Aws
from sam_deploy.build import Artifacts, Store
from sam_deploy.build.container import Containers
from sam_deploy.config.model import App
from sam_deploy.deploy import Deployment
from sam_deploy.errors import ConfigError, IncompleteError, SamDeployError
from sam_deploy.events import Note, PhaseStarted, Planned, Report
from sam_deploy.lanes import Stop
from sam_deploy.plan import Plan, Request, StackPlan
from sam_deploy.release import Release
from sam_deploy.template import Template
from sam_deploy.verdicts import Verdicts


def no_containers(store: Store) -> None:
    """Let nothing be built in a container."""
    del store


AfterDeploy = Callable[[Mapping[str, Template], Deployment, Report], None]
"""Is given the templates by stack name, and what came of them."""


def nothing_more(templates: Mapping[str, Template], deployment: Deployment, report: Report) -> None:
    """Do nothing: on AWS a stack that stands is all there is to do."""
    del templates, deployment, report


@dataclass(frozen=True, slots=True)
class Context:
    """What every phase is given: the project, where it goes, who listens, who may stop it."""

    project: Path
    aws: Aws
    report: Report
    stop: Stop
    expected_account: str = ""
    jobs: int = 4
    regions_at_once: int = 8
    allow_replace: frozenset[str] = field(default_factory=frozenset)
    upgrade: bool = False
    locked: bool = False
    """Refuse to make or change a lock of dependencies."""
    unsupported: frozenset[str] = frozenset()
    """Types of resources that the place does not know: left out there, and told."""
    after_deploy: AfterDeploy = nothing_more
    """What the place needs done when its stacks stand, before anything is released."""
    containers: Callable[[Store], Containers | None] = no_containers
    store: Callable[[], Store] = Store.default


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a deployment did."""

    plan: Plan
    artifacts: Artifacts
    provisions: provide.Provisions
    deployment: Deployment
    release: Release


def run(context: Context, request: Request) -> Result:
    """Build the app once, bring it to every region, and let the first environment serve it.

    Raises the error of the phase that failed. When some regions succeeded and others did not,
    the successful ones are released, and `IncompleteError` says what is live where.
    """
    app = config.load(context.project)
    planned = plan.make(app, context.project, request)
    context.report(_extent(planned))
    artifacts = build_archives(context, planned)
    templates = render(context, app, planned, artifacts)
    context.report(PhaseStarted("provide", "Bringing archives and layers to every region"))
    provisions = provide.ensure(
        planned,
        artifacts,
        context.aws,
        expected_account=context.expected_account,
        report=context.report,
        stop=context.stop,
        at_once=context.regions_at_once,
    )
    context.report(PhaseStarted("deploy", "Deploying the stacks"))
    seed_environments(context, app, planned, templates, provisions)
    deployment = deploy.run(
        planned,
        templates,
        provisions,
        context.aws,
        options=deploy.Options(context.regions_at_once, context.allow_replace),
        report=context.report,
        stop=context.stop,
    )
    context.after_deploy(templates, deployment, context.report)
    released = release_versions(context, app, planned, artifacts, deployment)
    if deployment.failed:
        raise _incomplete(deployment, released)
    return Result(planned, artifacts, provisions, deployment, released)


def release_versions(
    context: Context, app: App, planned: Plan, artifacts: Artifacts, deployment: Deployment
) -> Release:
    """The first environment serves what was deployed, wherever that succeeded."""
    context.report(PhaseStarted("release", "Publishing versions and moving the alias"))
    places = _deployed(planned, deployment)
    released = release.publish(
        app,
        planned.environment,
        [(stack.name, stack.feature_set, region) for stack, region in places],
        artifacts,
        context.aws,
        report=context.report,
        stop=context.stop,
    )
    release.provision(app, places, context.aws, report=context.report)
    return released


def seed_environments(
    context: Context,
    app: App,
    planned: Plan,
    templates: Mapping[str, Template],
    provisions: provide.Provisions,
) -> None:
    """What is new in a stack that stands has aliases that serve what its predecessor serves.

    Only then may its stage and triggers come. Raises `RefusedError` before anything is changed.
    """
    options = deploy.Options(context.regions_at_once, context.allow_replace)
    found = deploy.find_added(planned, templates, context.aws, options=options, stop=context.stop)
    if not found:
        return
    seeds = release.seeds(app, found, context.aws)
    deploy.add_aliases(
        planned,
        found,
        provisions,
        context.aws,
        options=options,
        report=context.report,
        stop=context.stop,
    )
    release.seed(seeds, context.aws, report=context.report)


def build_archives(context: Context, planned: Plan) -> Artifacts:
    """Every function and layer of the plan is an archive in the store."""
    for warned in planned.warnings:
        context.report(Note(f"{warned.path} {warned.message} [{warned.rule}]", "warning"))
    context.report(PhaseStarted("build", "Building functions and layers"))
    store = context.store()
    return build.run(
        planned.builds,
        context.project,
        store,
        context.report,
        jobs=context.jobs,
        upgrade=context.upgrade,
        locked=context.locked,
        containers=context.containers(store),
        layers=planned.layers,
    )


def render(context: Context, app: App, planned: Plan, artifacts: Artifacts) -> dict[str, Template]:
    """Return the template of each stack by name. Raises `ConfigError` when a check objects."""
    context.report(PhaseStarted("template", "Rendering and checking the templates"))
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    templates = {stack.name: template.render(app, stack, keys) for stack in planned.stacks}
    verdicts = Verdicts(context.store().root / "linted")
    findings = [
        f"{stack.name}: {finding}"
        for stack in planned.stacks
        for finding in _check(app, templates[stack.name], stack.regions, verdicts)
    ]
    if findings:
        raise ConfigError(
            "The rendered template would not work on AWS",
            why="AWS would refuse it, or the audit does not let it pass without a reason",
            hint='correct `deploy.py`; a rule of the audit can be waived: `waive={"rule": "why"}`',
            problems=tuple(findings),
        )
    return {name: known_there(context, each) for name, each in templates.items()}


def known_there(context: Context, rendered: Template) -> Template:
    """Return a template without what the place does not know; tell of each that is left out."""
    kept, dropped = template.without(rendered, context.unsupported)
    for logical_id, kind in dropped:
        where = f"stack `{rendered.stack_name}`: `{logical_id}` is left out"
        context.report(Note(f"{where}, since the embedded cloud knows no {kind}"))
    return kept


def _check(
    app: App, rendered: Template, regions: tuple[str, ...], verdicts: Verdicts
) -> tuple[str, ...]:
    """Return what every check objects to; cfn-lint is asked about a template once."""
    known = verdicts.passed(rendered.body, regions)
    findings = template.check(
        rendered,
        regions,
        waivers=template.waivers_of(app),
        strict=template.strict_environments(app),
        with_lint=not known,
    )
    if not findings and not known:
        verdicts.remember(rendered.body, regions)
    return findings


def _extent(planned: Plan) -> Planned:
    regions = {planned.home_region, *planned.regions}
    stacks = sum(len(stack.regions) for stack in planned.stacks)
    return Planned(len(planned.builds), len(regions), stacks)


def _deployed(planned: Plan, deployment: Deployment) -> list[tuple[StackPlan, str]]:
    """Return (stack, region) of everything that succeeded and has functions."""
    return [
        (stack, region)
        for stack in planned.stacks
        if stack.topology != "local"
        for region in stack.regions
        if (stack.name, region) in deployment.done
    ]


def _incomplete(deployment: Deployment, released: Release) -> SamDeployError:
    (stack, region), error = next(iter(deployment.failed.items()))
    if len(deployment.failed) == 1 and not deployment.done:
        return error
    waiting = [f"`{name}` in `{where}`" for name, where in deployment.not_started]
    live = sorted({where for _, where in deployment.done})
    return IncompleteError(
        f"{len(deployment.failed)} of {_total(deployment)} stacks were not deployed",
        why=f"`{stack}` in `{region}`: {error}",
        state=f"{', '.join(live)} serve the new {released.environment}; "
        + (f"not started: {', '.join(waiting)}; " if waiting else "")
        + "every other environment is as before",
        hint="correct the cause and run the same command again; it does only what is left",
    )


def _total(deployment: Deployment) -> int:
    return len(deployment.done) + len(deployment.failed) + len(deployment.not_started)
