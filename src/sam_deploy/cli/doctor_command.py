"""`sam-deploy doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.cli.doctor.finding import Finding
    from sam_deploy.cli.doctor.project import Project

EPILOG = """\b
Examples:
  sam-deploy doctor               this machine, this project, its cloud
  sam-deploy doctor --target aws  also credentials, account, regions, clock
  sam-deploy doctor --container   also Docker, for `--use-container`
"""


@click.command("doctor", epilog=EPILOG)
@click.option("--container", is_flag=True, help="Also ask Docker, which `--use-container` needs.")
@options.target_option
@options.json_option
@click.pass_obj
def command(
    chosen: Globals,
    container: bool,  # noqa: FBT001 - click passes options by name
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
) -> int:
    """Show what could be wrong on this machine and with this project, and what to do about it.

    It changes nothing and shows no secrets. Exits 0 when there are at most warnings, otherwise
    with the code that a deployment would end with.
    """
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.doctor import finding, machine  # noqa: PLC0415 - boto3

    console = consoles.make("quiet" if as_json else "plain")
    found = [
        *finding.guarded("python", machine.python),
        *finding.guarded("uv", lambda: machine.uv_version(chosen.project)),
        *finding.guarded("store", lambda: machine.store(build.Store.default())),
        *finding.guarded("docker", lambda: machine.docker(wanted=container)),
        *_of_project(chosen, target, console),
    ]
    click.echo(finding.findings_json(found) if as_json else finding.findings_text(found))
    return finding.exit_code(found)


def _of_project(chosen: Globals, option: str | None, console: consoles.Console) -> list[Finding]:
    """Return what is found about the project and the place it goes to; says where that is."""
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.doctor import finding, project  # noqa: PLC0415 - the same

    try:
        target, said = wiring.choose_target(chosen, option, writing=False)
    except SamDeployError as error:
        console.say("the target is not known")
        return [finding.of_error(".env", error)]
    aws = target == "aws"
    read: Project | None = None
    found = [
        *finding.guarded("folder", lambda: project.folder(chosen.project)),
        *finding.guarded(".env", lambda: project.variables(chosen.project, said, aws=aws)),
    ]
    try:
        read = project.read(chosen)
    except SamDeployError as error:
        found.append(finding.of_error("project", error))
    else:
        units, store = read.planned.builds, build.Store.default()
        found += [
            *finding.guarded("project", lambda: project.configuration(read)),
            *finding.guarded("python", lambda: project.interpreters(units, chosen.project)),
            *finding.guarded("node", lambda: project.node(units, store, aws=aws)),
        ]
    return [*found, *_of_place(chosen, option, read, console)]


def _of_place(
    chosen: Globals, option: str | None, read: Project | None, console: consoles.Console
) -> list[Finding]:
    from sam_deploy.cli.doctor import account, cloud, finding, project  # noqa: PLC0415 - boto3

    target, said = wiring.choose_target(chosen, option, writing=False)
    regions = read.regions if read else (project.CHOSEN_REGION,)
    if target == "embedded":
        found = finding.guarded("cloud", lambda: cloud.cloud(chosen.project))
        console.say(f"embedded · {wiring.EMBEDDED_ACCOUNT} · {', '.join(regions)}")
        return found
    try:
        place = wiring.look(chosen, option, read.runtime if read else "python3.12")
        if place is None:
            return []
        console.say(place.line(regions))
    except SamDeployError as error:
        return [finding.of_error("credentials", error)]
    return finding.guarded("credentials", lambda: account.account(place.aws, regions, said))
