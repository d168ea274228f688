"""`sam-deploy ui`."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals

if TYPE_CHECKING:
    from sam_deploy.ui.app import Dashboard
    from sam_deploy.ui.pulse import Pace

EPILOG = """\b
Examples:
  sam-deploy ui                     open the dashboard in the browser
  sam-deploy ui --target aws        what is on AWS
  sam-deploy ui --read-only         look, and begin nothing
  sam-deploy ui --port 8123 --no-open    for a tunnel: print the address
"""
LOOK_SECONDS: Final = 0.2


@click.command("ui", epilog=EPILOG)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Port on this machine; 0 is one that is free.",
)
@click.option("--no-open", is_flag=True, help="Print the address, and open no browser.")
@click.option("--read-only", is_flag=True, help="Show everything, and begin no job.")
@options.target_option
@click.pass_context
def command(
    context: click.Context,
    port: int,
    no_open: bool,  # noqa: FBT001 - click passes options by name
    read_only: bool,  # noqa: FBT001 - the same
    target: str | None,
) -> None:
    """Open a dashboard of the app in the browser, on this machine and for you alone.

    It shows what is live where, releases and what differs between them, archives, runs of all
    terminals, and canaries as they go; promotions and rollbacks ask what the commands ask. Nobody
    else can reach it: the address has a secret, and only this machine is listened to.
    """
    from sam_deploy.ui.server import Server  # noqa: PLC0415 - uvicorn

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with closing(listening(port)) as socket_:
        dashboard = made(context, socket_.getsockname()[1], target, read_only=read_only)
        server = Server(dashboard.app(), dashboard.stream.close)
        # whoever reads the address may end it at once, before uvicorn looks for signals
        before = signal.signal(signal.SIGINT, server.handle_exit)
        click.echo(dashboard.access.address)
        click.echo("Ctrl-C ends it; the address is for you alone", err=True)
        sys.stdout.flush()
        with _browser(dashboard, wanted=not no_open):
            server.serve_on(socket_)
        signal.signal(signal.SIGINT, before)
    ended(dashboard)


def made(context: click.Context, port: int, target: str | None, *, read_only: bool) -> Dashboard:
    """Return the dashboard of the project. Raises `ConfigError` for a project that has none."""
    from sam_deploy.cli import wiring  # noqa: PLC0415 - reads settings
    from sam_deploy.cli.ui.ground import Ground  # noqa: PLC0415 - the same
    from sam_deploy.cli.ui.source import Source  # noqa: PLC0415 - boto3
    from sam_deploy.cli.ui.work import Releasing  # noqa: PLC0415 - the same
    from sam_deploy.ui.access import Access  # noqa: PLC0415 - starlette
    from sam_deploy.ui.app import Dashboard  # noqa: PLC0415 - the same

    chosen = context.find_object(Globals)
    assert chosen is not None  # noqa: S101 - the group sets it
    named, _ = wiring.choose_target(chosen, target, writing=False)
    ground = Ground(chosen, named)
    app = ground.app()  # what is wrong with it is said here, and not on a page
    functions = len(app.functions)
    program = options.program()
    return Dashboard(
        Access(port),
        Source(ground, program, read_only),
        Releasing(ground, program, context),
        chosen.project,
        read_only=read_only,
        pace=pace_on(named, functions),
    )


def pace_on(target: str, functions: int) -> Pace:
    """Return a pace that leaves others room: Lambda answers 15 such calls a second and region.

    Source: Lambda developer guide, "Lambda quotas", rate of GET API requests of the control plane.
    """
    from sam_deploy.ui.pulse import Pace  # noqa: PLC0415 - with starlette

    if target == "embedded":
        return Pace()
    return Pace(status=max(10.0, functions / CALLS_A_SECOND), shifts=10.0)


CALLS_A_SECOND: Final = 2.0
"""Of each region, for looking."""


def listening(port: int) -> socket.socket:
    """Return a socket on this machine alone. Raises `RefusedError`, naming who has the port."""
    from sam_deploy.local import ports  # noqa: PLC0415 - psutil

    return ports.listen_exactly(port or ports.any_free(), "the dashboard")


def has_display() -> bool:
    """Whether a browser could be seen: not over ssh, in a container, or in CI."""
    system: str = sys.platform
    if system == "linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return not os.environ.get("SSH_CONNECTION")


def _browser(dashboard: Dashboard, *, wanted: bool) -> ExitStack:
    """Return what ends the opening of a browser; where none can be opened there is the address."""
    from sam_deploy.cli.ui.opening import opened  # noqa: PLC0415 - only here

    stack = ExitStack()
    access = dashboard.access
    if wanted and has_display():
        try:
            stack.enter_context(opened(access.address, access.port, dashboard.project))
        except OSError as error:
            click.echo(f"No browser is opened: {error}; open the address yourself", err=True)
    return stack


def ended(dashboard: Dashboard) -> None:
    """What was begun from the page has come to its end: it is ended as by Ctrl-C.

    A second Ctrl-C does not wait for that; then a journal is left, and `resume` goes on.
    """
    job = dashboard.jobs.open()
    if job is None:
        return
    click.echo(
        f"`{job.command}` is being ended; Ctrl-C again leaves it to `{options.program()} resume`",
        err=True,
    )
    job.talk.stop()
    while not job.wait(LOOK_SECONDS):
        pass
    error = job.view()["error"]
    if error is not None:
        click.echo(f"  state: {error['state']}", err=True)
