"""`sam-deploy demo`: the whole story on this laptop, in about a minute."""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import sam_deploy
from sam_deploy.amounts import plural
from sam_deploy.cli import options, screens, wiring
from sam_deploy.cli.cloud.url_command import api_url
from sam_deploy.cli.deploying import carry_out, deploy_screens, jobs
from sam_deploy.cli.deploying.contexts import How
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import IncompleteError

if TYPE_CHECKING:
    from sam_deploy.config import App

EXAMPLE: Final = "dzgro"
CALL_SECONDS: Final = 60
HEALTH_PATH: Final = "/api/health"

EPILOG = """\b
Examples:
  sam-deploy demo                   build, deploy to four regions, call
  sam-deploy demo --progress plain  the same as lines, for a log
"""


@click.command("demo", epilog=EPILOG)
@options.progress_options
@click.pass_obj
def command(chosen: Globals, progress: Progress, verbose: bool) -> None:  # noqa: FBT001 - click
    """Deploy an example to the embedded cloud, call it, and show what to try next.

    Needs no AWS account and no Docker. The example is dzgro: seven functions, seven layers, four
    regions, three environments. The cloud keeps running until `sam-deploy cloud stop`.
    """
    from sam_deploy import config, release  # noqa: PLC0415 - boto3 and pydantic

    started = time.monotonic()
    console = consoles.make(progress, verbose=verbose)
    project = example_project(chosen.project)
    here = Globals(project, "embedded")
    console.say(
        f"The example is in {options.relative(project)}; it goes to a cloud on this laptop."
    )
    try:
        app = config.load(project)
        job = jobs.of_app(here, (), (), None)
        carried = carry_out.deploy(here, job, "embedded", console, How())
        place = carried.place
        console.close()
        console.say(deploy_screens.deploy_text(carried.result, time.monotonic() - started))
        _call(app, place, console)
        served = release.read(app, place.aws)
    finally:
        console.close()
    click.echo(screens.status_table(served, columns_of()))
    console.say(_next(project, app, time.monotonic() - started))


def example_project(folder: Path) -> Path:
    """Return the example: in place in a checkout, else a copy in `./dzgro` (made once)."""
    package = Path(sam_deploy.__file__).resolve().parent
    checkout = package.parents[1] / "examples" / EXAMPLE
    if (checkout / "deploy.py").is_file():
        return checkout
    copy = folder / EXAMPLE
    if not (copy / "deploy.py").is_file():
        packaged = package / "examples" / EXAMPLE
        # complete or not there: a copy that was interrupted must not look like a project
        partial = folder / f".{EXAMPLE}-{os.getpid()}"
        shutil.copytree(packaged, partial, ignore=shutil.ignore_patterns(".sam-deploy", "locks"))
        partial.rename(copy)
    return copy


def _call(app: App, place: wiring.Place, console: Console) -> None:
    """Call the first environment's API in every region, all at once, and show the answers."""
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - with the config

    environment = first_environment(app)
    regions = app.feature_sets[0].regions
    addresses = [api_url(app, place, region, environment) + HEALTH_PATH for region in regions]
    console.say(f"\nCalling the {environment} API in {plural(len(regions), 'region')}:")
    with ThreadPoolExecutor(len(addresses)) as pool:
        answers = list(pool.map(_get, addresses))
    for region, address, (status, text) in zip(regions, addresses, answers, strict=True):
        console.say(f"  GET {address}")
        console.say(f"      {status} {text}")
        if status != 200:  # noqa: PLR2004 - HTTP's own number
            raise IncompleteError(
                f"The {environment} API in `{region}` answered {status}",
                why=text[:300],
                state="everything is deployed; the application itself failed",
                hint="its log is in `.sam-deploy/cloud/`; run `sam-deploy demo` again",
            )
    console.say()


def _get(address: str) -> tuple[int, str]:
    request = urllib.request.Request(address)  # noqa: S310 - our own gateway on 127.0.0.1
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=CALL_SECONDS) as answer:
            return answer.status, json.dumps(json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, str(error)


def _next(project: Path, app: App, seconds: float) -> str:
    command = options.program(project)
    region = app.feature_sets[0].regions[1]
    return (
        f"\nDone in {seconds:.0f} s. The cloud keeps running. Try next:\n\n"
        f"  {command} status\n"
        f"  {command} cloud url --region {region}\n"
        f"  {command} deploy core\n"
        f"      after an edit of {options.relative(project)}/functions/Api/handler.py;\n"
        "      it brings what changed, and only dev serves it\n"
        f"  {command} promote staging\n"
        "      staging serves it, too, in all regions or in none\n"
        f"  {command} cloud mail\n"
        "      in another terminal: the code that is asked for\n"
        f"  {command} cloud stop\n"
        "      ends it; what it held is gone"
    )
