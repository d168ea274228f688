"""`sam-deploy serve`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli.options import Globals
from sam_deploy.errors import EXIT_INTERRUPTED, ConfigError

if TYPE_CHECKING:
    from sam_deploy.config import App

DEFAULT_PORT: Final = 3000
DEBUG_PORT: Final = 5678
LAST_PORT: Final = 65535

EPILOG = """\b
Examples:
  sam-deploy serve                    on port 3000, or the next that is free
  sam-deploy serve --port 8080        on this one, or not at all
  sam-deploy serve --debug-port Api   a debugger may attach to function Api
"""


@click.command("serve", epilog=EPILOG)
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; 3000 if free.")
@click.option("--environment", metavar="NAME", help="Whose variables and settings functions get.")
@click.option(
    "--debug-port",
    "debugged",
    metavar="FUNCTION[:PORT]",
    multiple=True,
    help="Let a debugger attach to this function (debugpy); port 5678 if free.",
)
@click.pass_obj
def command(
    chosen: Globals, port: int | None, environment: str | None, debugged: tuple[str, ...]
) -> None:
    """Serve the app's HTTP routes from source; saved files are answered at once.

    Nothing is deployed. Functions run as on Lambda; AWS, for them, is the project's embedded
    cloud, if it runs.
    """
    from sam_deploy import config, local  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.serving import starting  # noqa: PLC0415 - the same
    from sam_deploy.cli.terminal import console as consoles  # noqa: PLC0415 - the same
    from sam_deploy.local import ports  # noqa: PLC0415 - the same
    from sam_deploy.local.serving import scratch as scratches  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    where = _environment(chosen, app, environment)
    if not any(function.routes for function in app.functions):
        raise ConfigError(
            f"{app.name} has nothing to serve",
            why="no function has a route",
            hint='give one `routes=[Route("GET", "/hello")]`',
        )
    ports_of = _debug_ports(app, debugged)
    listening = ports.listen_from(DEFAULT_PORT) if port is None else ports.listen_exactly(port)
    console = consoles.make("auto")
    starting.end_as_by_ctrl_c()
    with closing(listening), scratches.made() as scratch, closing(console):
        cloud = local.find(chosen.project)
        endpoint = cloud.endpoint if cloud else ""
        maker = starting.maker(
            chosen, app, where, endpoint, ports_of, scratch, report=console.report
        )
        starting.serve(app, maker, console, listening, scratch)
    raise click.exceptions.Exit(EXIT_INTERRUPTED)


def _environment(chosen: Globals, app: App, given: str | None) -> str:
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`
    from sam_deploy.config.tree import (  # noqa: PLC0415 - with the config
        first_environment,
        nearest,
    )

    names = [each.name for each in app.environments]
    if given is None:
        preselected = settings.read(chosen.project).environment
        return preselected if preselected in names else first_environment(app)
    if given not in names:
        raise ConfigError(
            f"{app.name} has no environment `{given}`",
            why=f"it has {', '.join(names)}",
            hint=nearest(given, names) or f"for example `--environment {names[0]}`",
        )
    return given


def _debug_ports(app: App, given: tuple[str, ...]) -> dict[str, int]:
    """Return function -> port. Raises `ConfigError` for what is no Python function of the app."""
    from sam_deploy.config.tree import nearest  # noqa: PLC0415 - with the config
    from sam_deploy.local import ports  # noqa: PLC0415 - only here

    runtimes = {each.name: each.runtime or app.runtime for each in app.functions}
    found: dict[str, int] = {}
    for each in given:
        name, _, port = each.partition(":")
        near = nearest(name, list(runtimes))
        if name not in runtimes:
            raise ConfigError(
                f"`--debug-port` names no function of {app.name}: `{name}`",
                why=f"it has {', '.join(runtimes)}",
                hint=f"did you mean `{near}`?" if near else "name one of these",
            )
        if not runtimes[name].startswith("python"):
            raise ConfigError(
                f"No debugger can attach to `{name}`",
                why=f"it runs on {runtimes[name]}, and debugpy is for Python",
                hint="name a function that runs on Python",
            )
        if port and not (port.isdecimal() and 0 < int(port) <= LAST_PORT):
            raise ConfigError(
                f"`{port}` in `--debug-port {each}` is no port",
                why=f"ports are numbers from 1 to {LAST_PORT}",
                hint=f"such as `--debug-port {name}:{DEBUG_PORT}`, or leave the port out",
            )
        if port:
            chosen = ports.listen_exactly(int(port))
        else:
            chosen = ports.listen_from(max([DEBUG_PORT, *(p + 1 for p in found.values())]))
        with closing(chosen):
            found[name] = chosen.getsockname()[1]
    return found
