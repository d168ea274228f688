"""`sam-deploy doctor`."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, spelling, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.cli.doctor.finding import Finding
    from sam_deploy.cli.doctor.project import Project
    from sam_deploy.cli.wiring import Place

EPILOG = """\b
Examples:
  sam-deploy doctor               this machine, this project, its cloud
  sam-deploy doctor --target aws  also credentials, regions, clock, SES
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
    from sam_deploy.cli.doctor import finding  # noqa: PLC0415 - boto3

    console = consoles.make("quiet" if as_json else "plain")
    found = [*_of_machine(chosen, docker=container), *_of_project(chosen, target, console)]
    named = target or chosen.target
    there = ["-C", str(chosen.project), *(["--target", named] if named else [])]
    typed = spelling.typed(there)
    text = finding.findings_text(found, typed, columns_of())
    click.echo(finding.findings_json(found, typed) if as_json else text)
    return finding.exit_code(found)


def _of_machine(chosen: Globals, *, docker: bool) -> list[Finding]:
    """Return what is found about this computer, without any connection to elsewhere."""
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.doctor import finding, machine, surroundings, variables  # noqa: PLC0415

    screen = surroundings.Screen(
        sys.stderr.isatty(), sys.stderr.encoding or "", shutil.get_terminal_size().columns
    )
    return [
        *finding.guarded("python", machine.python),
        *finding.guarded("uv", lambda: machine.uv_version(chosen.project)),
        *finding.guarded("store", lambda: machine.store(build.Store.default())),
        *finding.guarded("docker", lambda: machine.docker(wanted=docker)),
        *finding.guarded("terminal", lambda: surroundings.terminal(screen, os.environ)),
        *finding.guarded("wsl", lambda: surroundings.wsl(chosen.project)),
        *finding.guarded("watches", surroundings.watches),
        *finding.guarded("proxy", lambda: variables.proxies(os.environ)),
        *finding.guarded("certificates", lambda: variables.bundles(os.environ)),
    ]


def _of_project(chosen: Globals, option: str | None, console: consoles.Console) -> list[Finding]:
    """Return what is found about the project and the place it goes to; says where that is."""
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.doctor import finding, project, surroundings, variables  # noqa: PLC0415

    try:
        target, said = wiring.choose_target(chosen, option, writing=False)
    except SamDeployError as error:
        console.say("the target is not known")
        return [finding.of_error(".env", error)]
    aws = target == "aws"
    from sam_deploy.config import settings  # noqa: PLC0415 - costs pydantic

    dotenv = settings.read(chosen.project, {}).profile
    read: Project | None = None
    found = [
        *finding.guarded("folder", lambda: project.folder(chosen.project)),
        *finding.guarded(".env", lambda: project.variables(chosen.project, said, aws=aws)),
        *finding.guarded("git", lambda: surroundings.git(chosen.project, aws=aws)),
        *finding.guarded("variables", lambda: variables.aws(os.environ, dotenv, wanted=aws)),
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
    try:
        place = wiring.look(chosen, option, read.runtime if read else "python3.12")
    except SamDeployError as error:
        return [finding.of_error("credentials", error)]
    if target == "embedded":
        console.say(f"embedded · {wiring.EMBEDDED_ACCOUNT} · {', '.join(regions)}")
        found = finding.guarded("cloud", lambda: cloud.cloud(chosen.project))
        if place is None:
            return [*found, *finding.guarded("port", cloud.port)]
    elif place is None:
        return []
    else:
        try:
            console.say(place.line(regions))
        except SamDeployError as error:
            return [finding.of_error("credentials", error)]
        found = finding.guarded("credentials", lambda: account.account(place.aws, regions, said))
    if read is None or any(each.state == "problem" for each in found):
        return found  # the rest would only say so again, and take its time without a network
    return [*found, *_of_shared(place, read)]


def _of_shared(place: Place, read: Project) -> list[Finding]:
    """Return what is found about what the app shares there: bucket, lock, journal, mails."""
    from sam_deploy.cli import identity  # noqa: PLC0415 - boto3
    from sam_deploy.cli.doctor import finding, shared  # noqa: PLC0415 - the same

    who = identity.Identity(read.planned.name, read.planned.home_region, read.runtime)
    try:
        records = identity.records(who, place)
    except SamDeployError as error:
        return [finding.of_error("artifacts", error)]
    found = [
        *finding.guarded("artifacts", lambda: shared.bucket(records)),
        *finding.guarded("lock", lambda: shared.held(records, who.name)),
        *finding.guarded("journal", lambda: shared.unfinished(records, who.name)),
    ]
    if place.target == "embedded":
        return found  # the laptop's cloud verifies senders by itself
    mailed = finding.guarded(
        "mail", lambda: shared.mail(place.aws, who.home_region, read.promotion)
    )
    return [*found, *mailed]
