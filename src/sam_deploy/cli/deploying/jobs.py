"""What can be carried out: an app, a SAM template, a folder of archives, a plan, what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import options, sam_options
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError
from sam_deploy.events import Note

if TYPE_CHECKING:
    from sam_deploy.cli.sam_options import SamChoice
    from sam_deploy.cli.wiring import Place
    from sam_deploy.delivery import Approve
    from sam_deploy.manifest import Manifest
    from sam_deploy.workflow import Context, Prepared

PYTHON: Final = "python3.12"
"""Of the embedded cloud when nothing names another one."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to carry out; everything that can be refused without AWS has been."""

    runtime: str
    regions: tuple[str, ...]
    prepare: Callable[[Context, Place], Prepared]
    profile: str = ""
    """Of the credentials, when a template's settings name one."""
    notes: tuple[str, ...] = ()
    approve: Approve | None = None
    """Who agrees to the changes instead of a person: a plan that was reviewed."""
    of_template: bool = False
    look: str = ""
    """What names a template's stack to commands that read it: `--stack-name hey --region ...`."""
    target: str = ""
    """The only target and account that it may go to; '' for any."""
    account: str = ""


def of_app(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    regions: tuple[str, ...],
    environment: str | None,
) -> Job:
    """Return the job of the project's `deploy.py`."""
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, environment)
    # before the cloud is started: what cannot be planned is refused at once
    planned = plan.make(app, chosen.project, plan.Request(feature_sets, regions, where))

    def prepare(context: Context, place: Place) -> Prepared:
        from sam_deploy import workflow  # noqa: PLC0415 - boto3

        request = plan.Request(feature_sets, regions, where, place.host_target)
        return workflow.prepare(context, request)

    return Job(app.runtime, planned.regions, prepare)


def of_template(chosen: Globals, sam: SamChoice, regions: tuple[str, ...]) -> Job:
    """Return the job of a SAM template."""
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml

    found = sam_options.prepared(chosen, sam, regions, deploying=True)
    templates.plan(found.template, found.request)  # before the cloud is started

    def prepare(context: Context, place: Place) -> Prepared:
        from sam_deploy import sam_workflow  # noqa: PLC0415 - boto3

        request = replace(found.request, host_target=place.host_target)
        return sam_workflow.prepare(context, found.template, request)

    return Job(
        found.runtime,
        found.request.regions,
        prepare,
        profile=found.profile,
        notes=found.notes,
        of_template=True,
        look=sam_options.naming(sam, found.request.stack_name, found.request.regions[0]),
    )


def of_folder(folder: Path, feature_sets: tuple[str, ...], regions: tuple[str, ...]) -> Job:
    """Return the job of a folder that `build --output` made."""
    from sam_deploy import manifest  # noqa: PLC0415 - boto3

    made, sources = manifest.read_folder(folder)
    return of_manifest(manifest.only(made, feature_sets, regions), sources)


def of_plan(file: Path) -> Job:
    """Return the job of a plan that was reviewed."""
    from sam_deploy.deploy import plan_file  # noqa: PLC0415 - boto3

    found = plan_file.load(file)
    job = of_manifest(found.manifest, {})
    return replace(
        job, approve=plan_file.as_reviewed(found), target=found.target, account=found.account
    )


def of_manifest(made: Manifest, sources: dict[str, Path]) -> Job:
    """Return the job of a manifest, whose archives are in files or in the bucket already."""

    def prepare(context: Context, place: Place) -> Prepared:
        from sam_deploy import workflow  # noqa: PLC0415 - boto3
        from sam_deploy.build import Artifacts  # noqa: PLC0415 - the same

        _guard_target(made, place)
        templates = {
            name: workflow.known_there(context, each) for name, each in made.templates.items()
        }
        context.report(workflow.extent_of(made))
        if place.target == "embedded" and not _for_host(made):
            words = "these archives are for Lambda: compiled packages may not import on this laptop"
            context.report(Note(words))
        return workflow.Prepared(Artifacts({}), replace(made, templates=templates), sources)

    pythons = (each.split("-")[0] for each in made.targets if each.startswith("python"))
    return Job(next(pythons, PYTHON), made.regions, prepare, of_template=not made.environment)


def _for_host(made: Manifest) -> bool:
    return any(each.startswith("host-") for each in made.targets)


def _guard_target(made: Manifest, place: Place) -> None:
    """Raise `ConfigError` for archives that were built for a laptop, and would go to AWS."""
    if place.target == "aws" and _for_host(made):
        raise ConfigError(
            "These archives were built for the embedded cloud, and cannot go to AWS",
            why=f"they hold what fits this kind of computer: {', '.join(made.targets)}",
            hint="build them for Lambda: `sam-deploy build --output DIR`",
        )
