"""Starts what `serve` needs, serves, and leaves nothing behind.

May touch: what building touches, the workers, one loopback port, a folder of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from sam_deploy.build.host import host_target
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.serving.made import NOBODY, Maker, region_of
from sam_deploy.cli.serving.session import Session
from sam_deploy.cli.serving.stream import Stream
from sam_deploy.errors import ConfigError
from sam_deploy.lanes import Stop
from sam_deploy.local.environment import python_for
from sam_deploy.local.serving import server
from sam_deploy.local.serving.upstream import ServedUpstream
from sam_deploy.local.workers.place import Places
from sam_deploy.local.workers.pool import Pool
from sam_deploy.local.workers.programs import Programs, find_node, link_packages

if TYPE_CHECKING:
    import socket

    from sam_deploy.cli.terminal.console import Console
    from sam_deploy.config import App
    from sam_deploy.events import Report

_ASK_SECONDS: Final = 20.0
_QUESTION: Final = """
import importlib.util, json
found = importlib.util.find_spec("debugpy")
print(json.dumps(found and found.origin))
"""


def maker(
    chosen: Globals,
    app: App,
    environment: str,
    endpoint: str,
    debugged: dict[str, int],
    scratch: Path,
    *,
    report: Report,
) -> Maker:
    """Return what the app is made with. Raises `ConfigError` when no debugger can attach."""
    python = python_for(app.runtime.removeprefix("python"), report)
    return Maker(
        project=chosen.project,
        places=Places(scratch / "placed"),
        host=host_target(python, app.runtime),
        environment=environment,
        region=region_of(app),
        endpoint=endpoint or NOBODY,
        debugged=debugged,
        debugpy=_debugpy(chosen.project, python, scratch) if debugged else "",
        report=report,
        python=python,
    )


def _debugpy(project: Path, python: Path, scratch: Path) -> str:
    """Return a folder with debugpy alone, from the project's environment or that of sam-deploy.

    Raises `ConfigError` when it is in neither.
    """
    own = [project / ".venv" / "bin" / "python", Path(sys.executable), python]
    for interpreter in filter(os.path.exists, own):
        done = subprocess.run(
            [str(interpreter), "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=False,
            cwd=project,
        )
        origin = json.loads(done.stdout) if done.returncode == 0 else None
        if origin:
            folder = scratch / "debugpy"
            folder.mkdir()
            (folder / "debugpy").symlink_to(Path(origin).parent)
            return str(folder)
    raise ConfigError(
        "No debugger can attach",
        why="debugpy is neither in the project's `.venv` nor beside sam-deploy",
        hint="run `uv add --dev debugpy`, or `uv tool install sam-deploy --with debugpy`",
    )


def serve(
    app: App, maker: Maker, console: Console, listening: socket.socket, scratch: Path
) -> None:
    """Serve until Ctrl-C; workers end with it. The picture of the build ends before the stream."""
    stream, stop = Stream(), Stop()
    minor = ".".join(map(str, maker.host.python_minor))
    node = find_node(os.environ.get("PATH", os.defpath))
    packages = link_packages(scratch / "runtime")
    pool = Pool(Programs(maker.python, packages, {minor: maker.python}, node), scratch)
    try:
        upstream = ServedUpstream(maker.make(app, 1), pool, stream.outcome)
        console.close()
        maker = replace(maker, report=stream.report)
        Session(maker, pool, upstream, stream, app, stop).watch()
        _greet(app, maker, upstream, stream, listening.getsockname()[1])
        server.run(upstream, listening, stream.request)
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        pool.close()


def end_as_by_ctrl_c() -> None:
    """From now on SIGTERM, and the end of the terminal, end the command as Ctrl-C does.

    uvicorn hands on the signal that has ended it, which must not skip what is to be done then.
    """
    hang_up = getattr(signal, "SIGHUP", signal.SIGTERM)

    def end(_number: int, _frame: object) -> NoReturn:
        # A terminal that is closed says so twice: by the system, and by its shell.
        for each in {signal.SIGTERM, hang_up}:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    # nohup has it ignored
    if signal.getsignal(hang_up) != signal.SIG_IGN:
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))
    signal.signal(signal.SIGTERM, end)


def unlike(app: App) -> list[str]:
    """Return what a function meets otherwise here than where it is deployed."""
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

    apis = [api for api in (app.http_api, app.rest_api) if api is not None]
    said = []
    if any(api.authorizer is not None for api in apis):
        said.append("the authorizer is not asked: every request passes, without claims")
    routes = [route for function in app.functions for route in function.routes]
    if any(physical.route_api(app, route) == "rest" for route in routes):
        told = f"`{program()} deploy` brings an API with theirs"
        said.append(f"routes of the REST API get an HTTP API's events (payload 2.0); {told}")
    return said


def _greet(app: App, maker: Maker, upstream: ServedUpstream, stream: Stream, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    stream.say(f"{app.name} ({maker.environment}) is served on {url}; Ctrl-C ends it")
    for key, name in upstream.app.routes:
        stream.say(f"  {key}  {name}")
    for each in unlike(app):
        stream.say(f"  {each}")
    for name, debug_port in maker.debugged.items():
        where = f"127.0.0.1:{debug_port}"
        stream.say(f"  a debugger may attach to {name} on {where} once it was called")
    if maker.endpoint == NOBODY:
        hint = f"run `{program()} deploy` for queues, buckets and settings"
        stream.say(f"  no embedded cloud runs: calls of AWS fail; {hint}")
