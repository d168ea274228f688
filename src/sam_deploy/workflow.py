"""The main job, start to end: the file to read first.

    config  ->  plan  ->  build  ->  provide  ->  template  ->  deploy  ->  release

config    reads `deploy.py` and `.env`, and judges them       touches: those files
plan      decides what to build and which stacks go where     touches: nothing
build     makes one archive per function and layer            touches: disk, uv, package index
template  renders one SAM template per stack                  touches: nothing
provide   brings archives and layers to every region          touches: S3, Lambda layers, ACM
deploy    brings every stack to its template                  touches: CloudFormation
release   publishes versions and moves the first alias        touches: Lambda versions, aliases

Each phase takes what the earlier ones returned, returns frozen values, and never looks forward.
The first four make a manifest, which holds all that AWS has to know; `delivery.py` carries it out,
now or later, here or elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sam_deploy import build, config, manifest, plan, provide, template
from sam_deploy.amounts import plural
from sam_deploy.build import Artifacts, Store
from sam_deploy.build.container import Containers
from sam_deploy.config.model import App
from sam_deploy.delivery import Delivering, Delivery, deliver
from sam_deploy.deploy import Deployment
from sam_deploy.errors import ConfigError, IncompleteError, SamDeployError
from sam_deploy.events import Note, PhaseStarted, Planned, Report
from sam_deploy.manifest import Manifest
from sam_deploy.plan import Plan, Request
from sam_deploy.provenance import provenance_of
from sam_deploy.release import Release
from sam_deploy.template import Template
from sam_deploy.verdicts import Verdicts


def no_containers(store: Store) -> None:
    """Let nothing be built in a container."""
    del store


@dataclass(frozen=True, slots=True)
class Context:
    """What every phase is given: the project, where it goes, and how archives may be made."""

    project: Path
    to: Delivering
    jobs: int = 4
    upgrade: bool = False
    locked: bool = False
    """Refuse to make or change a lock of dependencies."""
    unsupported: frozenset[str] = frozenset()
    """Types of resources that the place does not know: left out there, and told."""
    containers: Callable[[Store], Containers | None] = no_containers
    store: Callable[[], Store] = Store.default

    @property
    def report(self) -> Report:
        """Who listens."""
        return self.to.report


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is ready to be carried out: all that is known without AWS."""

    artifacts: Artifacts
    """What was built for it; nothing when it came from elsewhere."""
    manifest: Manifest
    sources: Mapping[str, Path]
    """Hash of each archive -> the file that holds it."""


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a deployment did."""

    manifest: Manifest
    artifacts: Artifacts
    delivery: Delivery

    @property
    def provisions(self) -> provide.Provisions:
        """What is ready, by region."""
        return self.delivery.provisions

    @property
    def deployment(self) -> Deployment:
        """What came of every stack."""
        return self.delivery.deployment

    @property
    def release(self) -> Release:
        """Which versions the first environment serves."""
        return self.delivery.release


def run(context: Context, request: Request) -> Result:
    """Build the app once, bring it to every region, and let the first environment serve it.

    Raises the error of the phase that failed. When some regions succeeded and others did not,
    the successful ones are released, and `IncompleteError` says what is live where.
    """
    ready = prepare(context, request)
    delivery = deliver(context.to, ready.manifest, ready.sources)
    whole(delivery)
    return Result(ready.manifest, ready.artifacts, delivery)


def prepare(context: Context, request: Request) -> Prepared:
    """Return the manifest of an app, and its archives. Touches nothing but this computer."""
    app = config.load(context.project)
    planned = plan.make(app, context.project, request)
    context.report(extent(planned))
    artifacts = build_archives(context, planned)
    templates = render(context, app, planned, artifacts)
    made = manifest.of_app(app, planned, templates, artifacts, provenance_of(context.project))
    return Prepared(artifacts, made, sources_of(artifacts))


def sources_of(artifacts: Artifacts) -> dict[str, Path]:
    """Return the hash of each archive, and the file that holds it."""
    return {each.sha256: each.path for each in artifacts.values()}


def whole(delivery: Delivery) -> None:
    """Raise when some stack failed: its own error when nothing else happened."""
    if delivery.deployment.failed:
        raise incomplete(delivery.deployment, delivery.release)


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
    asked = (
        f"{sorted(template.waivers_of(app).items())} {sorted(template.strict_environments(app))}"
    )
    verdicts = Verdicts(context.store().root / "checked", asked)
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
    for kind in dict.fromkeys(kind for _, kind in dropped):
        names = [f"`{logical_id}`" for logical_id, each in dropped if each == kind]
        what = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} left out"
        why = f"since the embedded cloud knows no {kind}"
        context.report(Note(f"stack `{rendered.stack_name}`: {what}, {why}"))
    return kept


def _check(
    app: App, rendered: Template, regions: tuple[str, ...], verdicts: Verdicts
) -> tuple[str, ...]:
    """Return what every check objects to; a template that was clean is not asked about again."""
    if verdicts.passed(rendered.body, regions):
        return ()
    findings = template.check(
        rendered,
        regions,
        waivers=template.waivers_of(app),
        strict=template.strict_environments(app),
    )
    if not findings:
        verdicts.remember(rendered.body, regions)
    return findings


def extent(planned: Plan) -> Planned:
    """Return how much there is to do, for a percentage."""
    regions = {planned.home_region, *planned.regions}
    stacks = sum(len(stack.regions) for stack in planned.stacks)
    return Planned(len(planned.builds), len(regions), stacks)


def extent_of(made: Manifest) -> Planned:
    """Return how much there is to do for a manifest whose archives exist."""
    return Planned(0, len({made.home_region, *made.regions}), len(made.places))


def incomplete(deployment: Deployment, released: Release) -> SamDeployError:
    """Return the error that says what is live where, and what is left."""
    (stack, region), error = next(iter(deployment.failed.items()))
    if len(deployment.failed) == 1 and not deployment.done:
        return error
    total = len(deployment.done) + len(deployment.failed) + len(deployment.not_started)
    waiting = [f"`{name}` in `{where}`" for name, where in deployment.not_started]
    behind = {where for _, where in (*deployment.failed, *deployment.not_started)}
    regions = sorted({where for _, where in deployment.done} - behind)
    live = ", ".join(regions)
    serves = (
        f"{live} {'serves' if len(regions) == 1 else 'serve'} the new {released.environment}"
        if released.environment
        else (f"as it should be in {live}")
    )
    return IncompleteError(
        f"{len(deployment.failed)} of {plural(total, 'stack')} "
        f"{'was' if len(deployment.failed) == 1 else 'were'} not deployed",
        why=_named(stack, region, error),
        state=(f"{serves}; " if live else "no region was changed; ")
        + (f"not started: {', '.join(waiting)}; " if waiting else "")
        + "every other environment is as before",
        problems=tuple(_all_of(deployment)),
        hint="correct the cause, then `sam-deploy resume` (or the same command) does what is left",
    )


def _all_of(deployment: Deployment) -> Iterator[str]:
    """Yield what went wrong where, each with what it lists itself."""
    for (stack, region), error in deployment.failed.items():
        if len(deployment.failed) > 1:
            yield _named(stack, region, error)
        yield from error.problems


def _named(stack: str, region: str, error: SamDeployError) -> str:
    place = f"`{stack}` in `{region}`"
    return str(error) if place in str(error) else f"{place}: {error}"
