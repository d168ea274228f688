"""`sam-deploy serve`: from a saved file to a new answer, without a deployment."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import psutil
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
SECONDS = 60


@dataclass(slots=True)
class Served:
    """A running `serve`, and what it has said so far."""

    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)

    def await_line(self, pattern: str) -> str:
        """The first line that fits."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            for line in list(self.lines):
                if re.search(pattern, line):
                    return line
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        pytest.fail(f"{pattern} was not said:\n" + "\n".join(self.lines))

    def get(self, path: str) -> httpx.Response:  # noqa: D102
        return httpx.get(self.url + path, trust_env=False, timeout=30)

    def await_answer(self, path: str, wanted: Callable[[httpx.Response], bool]) -> float:
        """Seconds until the answer is the wanted one."""
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            if wanted(self.get(path)):
                return time.monotonic() - begun
            time.sleep(0.02)
        pytest.fail(f"{path} did not change:\n" + "\n".join(self.lines))


@contextmanager
def served(project: Project, *arguments: str) -> Iterator[Served]:
    process = subprocess.Popen(
        project.command("serve", *arguments),
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found = Served(process)
    assert process.stdout is not None
    reader = threading.Thread(
        target=lambda: found.lines.extend(line.rstrip("\n") for line in process.stdout or ()),
        daemon=True,
    )
    reader.start()
    try:
        line = found.await_line(r"is served on http")
        address = re.search(r"http://[\d.]+:\d+", line)
        assert address is not None
        found.url = address[0]
        yield found
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        process.kill()
        process.wait()
        reader.join(5)


def handler(project: Project) -> Path:
    found: Path = project.folder / "functions" / "Hello" / "handler.py"
    return found


def ask(app: Served, path: str) -> None:
    """Nobody has to answer."""
    with contextlib.suppress(httpx.HTTPError):
        app.get(path)


def test_a_saved_file_is_what_the_next_request_reaches(make_tiny: Callable[..., Project]) -> None:
    """Served from source with its layer; a save answers at once; errors are shown and mended."""
    project = make_tiny()
    with served(project) as app:
        assert "hello $LATEST" == app.get("/hello").text
        assert (404, {"message": "Not Found"}) == (
            app.get("/other").status_code,
            app.get("/other").json(),
        )
        source = handler(project).read_text()
        handler(project).write_text(source.replace("{GREETING}", "{GREETING}, dear"))
        app.await_answer("/hello", lambda answer: answer.text.startswith("hello, dear"))
        app.await_line(r"saved functions/Hello/handler\.py: Hello anew in \d+ ms")

        handler(project).write_text(source.replace("GREETING}", "MISSING}"))
        app.await_answer("/hello", lambda answer: answer.status_code == 500)
        app.await_line(r"Hello\w* \| \[ERROR\] NameError: name 'MISSING' is not defined")
        app.await_line(rf'File "{re.escape(str(handler(project)))}", line \d+, in handler')
        handler(project).write_text(source)
        app.await_answer("/hello", lambda answer: answer.text == "hello $LATEST")
        requests = [line for line in app.lines if re.search(r"GET /hello 200 \d+ ms", line)]
        assert requests
        workers = psutil.Process(app.process.pid).children(recursive=True)
        assert workers
        app.process.send_signal(signal.SIGINT)
        assert 130 == app.process.wait(15)
        assert [] == psutil.wait_procs(workers, timeout=5)[1]


@pytest.mark.slow
@pytest.mark.parametrize("signals", [("SIGTERM",), ("SIGHUP", "SIGHUP")])
def test_it_leaves_nothing_behind_when_it_is_told_to_end(
    make_tiny: Callable[..., Project], signals: tuple[str, ...]
) -> None:
    """SIGTERM, as a supervisor sends it; SIGHUP, as a terminal that is closed: no worker, no file.

    Of SIGHUP the system sends one, the shell another.
    """
    with served(make_tiny()) as app:
        app.get("/hello")
        workers = psutil.Process(app.process.pid).children(recursive=True)
        folders = {Path(worker.environ()["HOME"]).parent for worker in workers}
        assert folders
        for each in signals:
            app.process.send_signal(signal.Signals[each])
        assert 130 == app.process.wait(15)
        assert [] == psutil.wait_procs(workers, timeout=5)[1]
    assert [] == [folder for folder in folders if folder.exists()]


@pytest.mark.slow
def test_a_request_under_way_at_the_end_is_answered(make_tiny: Callable[..., Project]) -> None:
    """With 503, as API Gateway does when nobody is there; and no traceback is shown."""
    project = make_tiny()
    source = handler(project).read_text()
    waits = source.replace("return {", '__import__("time").sleep(20)\n    return {', 1)
    handler(project).write_text(waits)
    with served(project) as app, ThreadPoolExecutor(1) as pool:
        assert waits != source
        answer = pool.submit(app.get, "/hello")
        workers = psutil.Process(app.process.pid)
        while not workers.children(recursive=True):
            time.sleep(0.05)
        app.process.send_signal(signal.SIGINT)
        assert (503, {"message": "Service Unavailable"}) == (
            answer.result().status_code,
            answer.result().json(),
        )
        app.process.wait(15)
    assert [] == [line for line in app.lines if "Traceback" in line or "CancelledError" in line]


@pytest.mark.slow
def test_what_a_killed_one_has_left_is_gone_with_the_next(
    make_tiny: Callable[..., Project], tmp_path: Path
) -> None:
    """Its folder, and a worker that has not ended by itself; another that runs keeps its own."""
    made = make_tiny()
    project = replace(made, environment={**made.environment, "TMPDIR": str(tmp_path)})
    handler(project).write_text(f"import time\ntime.sleep(50)\n{handler(project).read_text()}")

    def folders() -> set[Path]:
        found = set(tmp_path.glob("sam-deploy-serve-*"))
        return {each for each in found if each.suffix != ".gone"}

    with served(project):
        kept = folders()
        with served(project) as app:
            left = folders() - kept
            threading.Thread(target=ask, args=(app, "/hello"), daemon=True).start()
            while not (workers := psutil.Process(app.process.pid).children(recursive=True)):
                time.sleep(0.05)
            app.process.kill()
            app.process.wait()
        assert (1, left) == (len(left), folders() - kept)
        with served(project):
            assert [] == psutil.wait_procs(workers, timeout=5)[1]
            assert (kept, set()) == (kept & folders(), left & folders())


@pytest.mark.slow
def test_layers_of_before_do_not_pile_up(make_tiny: Callable[..., Project], tmp_path: Path) -> None:
    """Of many saves of a layer those of the last two are kept, and of all that ended none."""
    made = make_tiny()
    project = replace(made, environment={**made.environment, "TMPDIR": str(tmp_path)})
    layer = project.folder / "layers" / "greetings" / "greetings.py"

    def placed() -> list[str]:
        # it is looked at while it is being removed, which a glob would not bear
        return [
            name for _, names, _ in os.walk(tmp_path) for name in names if name.startswith("opt-")
        ]

    def at_most(count: int) -> list[str]:
        deadline = time.monotonic() + SECONDS
        while len(found := placed()) > count and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    with served(project) as app:
        for number in range(5):
            layer.write_text(f"GREETING = 'hello {number}'\n")
            app.await_answer("/hello", lambda answer, n=number: f"hello {n} $LATEST" == answer.text)
        assert 1 <= len(at_most(2)) <= 2
    # It is removed by a process that nobody waits for.
    assert [] == at_most(0)


@pytest.mark.slow
def test_a_module_that_is_renamed_is_imported_no_more(make_tiny: Callable[..., Project]) -> None:
    """As after a deployment: the archive that it was in is older than the source."""
    project = make_tiny()
    helper = handler(project).with_name("helper.py")
    helper.write_text("")
    handler(project).write_text(f"import helper\n{handler(project).read_text()}")
    with served(project) as app:
        assert 200 == app.get("/hello").status_code
        helper.rename(helper.with_name("helper2.py"))
        app.await_answer("/hello", lambda answer: answer.status_code == 500)
        app.await_line(r"Unable to import module .*: No module named 'helper'")


@pytest.mark.slow
def test_what_else_is_saved_is_read_anew(make_tiny: Callable[..., Project]) -> None:
    """A route in `deploy.py`, a layer's module; a mistake leaves what is served as it was."""
    project = make_tiny()
    config = project.folder / "deploy.py"
    with served(project) as app:
        assert 200 == app.get("/hello").status_code
        text = config.read_text()
        config.write_text(text.replace('Route("GET", "/hello")', 'Route("GET", "/hi")'))
        app.await_answer("/hi", lambda answer: answer.status_code == 200)
        assert 404 == app.get("/hello").status_code
        config.write_text(text.replace("Function(", "Funktion(", 1))
        app.await_line(r"error: ")
        app.await_line(r"hint: correct .*: what is saved is read at once")
        assert 200 == app.get("/hi").status_code
        config.write_text(text)
        app.await_answer("/hello", lambda answer: answer.status_code == 200)
        greetings = next((project.folder / "layers").rglob("greetings*.py"), None) or next(
            (project.folder / "layers").rglob("__init__.py")
        )
        greetings.write_text(greetings.read_text().replace("hello", "good day"))
        app.await_answer("/hello", lambda answer: answer.text.startswith("good day"))


@pytest.mark.slow
def test_a_function_knows_its_environment_and_nothing_else(
    make_tiny: Callable[..., Project],
) -> None:
    """Variables of the environment, not of this machine; AWS is nobody, or the embedded cloud."""
    project = make_tiny()
    handler(project).write_text(
        "import json, os\n"
        "from sam_deploy_runtime import environment\n\n\n"
        "def handler(event, context):\n"
        "    found = {**os.environ, 'ENVIRONMENT': environment()}\n"
        "    found['NAME'] = context.function_name\n"
        "    body = json.dumps({**found, 'ARN': context.invoked_function_arn})\n"
        "    return {'statusCode': 200, 'body': body}\n"
    )
    config = project.folder / "deploy.py"
    config.write_text(
        config.read_text().replace(
            "memory_mb=256,", 'memory_mb=256,\n            environment={"STAGE": "plain"},'
        )
    )
    with served(project, "--environment", "prod") as app:
        found = app.get("/hello").json()
        app.await_line("no embedded cloud runs")
        app.await_line(r"GET /hello 200 \d+ ms  Hello:prod -> ")
    assert ("prod", "plain", "256") == (
        found["ENVIRONMENT"],
        found["STAGE"],
        found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    )
    assert "HelloFunction" == found["NAME"]
    assert found["ARN"].endswith(f":function:{found['NAME']}:prod")
    assert "http://127.0.0.1:9" == found["AWS_ENDPOINT_URL"]
    assert not {"SAM_DEPLOY_TARGET", "USER", "VIRTUAL_ENV"} & set(found)


@pytest.mark.slow
def test_a_function_that_writes_beside_itself_fails_as_on_aws(
    make_tiny: Callable[..., Project],
) -> None:
    """Where the system lets a user mount; the user's own folder stays as it was, and is read."""
    allowed = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    if not shutil.which(allowed[0]) or subprocess.run(allowed, check=False).returncode:
        pytest.skip("mount namespaces are not allowed here")
    project = make_tiny()
    source = handler(project).read_text()
    handler(project).write_text(
        "def handler(event, context):\n    open(__file__ + '.new', 'w').close()\n    return ''\n"
    )
    mode = handler(project).parent.stat().st_mode
    with served(project) as app:
        assert 500 == app.get("/hello").status_code
        app.await_line(
            r"\[ERROR\] OSError: \[Errno 30\] Read-only file system: '.*handler\.py\.new'"
        )
        handler(project).write_text(source)
        app.await_answer("/hello", lambda answer: answer.text == "hello $LATEST")
    assert (mode, ["handler.py"]) == (
        handler(project).parent.stat().st_mode,
        [each.name for each in handler(project).parent.iterdir()],
    )


@pytest.mark.slow
def test_a_port_that_is_taken_is_refused(make_tiny: Callable[..., Project]) -> None:
    """A given port that is busy is an error, with who has it and which is free."""
    project = make_tiny()
    with socket.create_server(("127.0.0.1", 0)) as busy:
        ran = project.run("serve", "--port", str(busy.getsockname()[1]))
    assert 5 == ran.code
    assert "is not free for the gateway" in ran.err
    assert "is free" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--debug-port", "Helo"), "`Helo`"),
        (("--debug-port", "Hello:x"), "is no port"),
        (("--environment", "prd"), "has no environment `prd`"),
    ],
)
def test_a_mistake_is_one_clear_error(
    make_tiny: Callable[..., Project], arguments: tuple[str, ...], words: str
) -> None:
    """What, and the nearest that there is; exit code 2."""
    ran = make_tiny().run("serve", *arguments)
    assert 2 == ran.code
    assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.slow
def test_without_debugpy_it_is_said_how_to_get_it(
    make_tiny: Callable[..., Project],
) -> None:
    """It is looked for in the project and beside sam-deploy."""
    if _has_debugpy():
        pytest.skip("debugpy is beside sam-deploy here")
    ran = make_tiny().run("serve", "--debug-port", "Hello")
    assert 2 == ran.code
    assert "uv add --dev debugpy" in ran.err


@pytest.mark.slow
def test_a_debugger_can_attach(make_tiny: Callable[..., Project]) -> None:
    """The project's debugpy is started in the function's worker, before its handler."""
    project = make_tiny()
    package = project.folder / ".venv" / "lib" / "debugpy"
    package.mkdir(parents=True)
    # Stands for debugpy: listens where it is told to, as that does.
    (package / "__init__.py").write_text(
        "import socket\n\n\ndef listen(address):\n"
        "    global server\n    server = socket.create_server(address)\n"
    )
    python = project.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nPYTHONPATH={package.parent} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    with served(project, "--debug-port", "Hello") as app:
        line = app.await_line("a debugger may attach to Hello on 127.0.0.1:")
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", line)[0])
        assert "hello $LATEST" == app.get("/hello").text
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        handler(project).write_text(handler(project).read_text().replace("{GREETING}", "again"))
        app.await_answer("/hello", lambda answer: answer.text.startswith("again"))


def _has_debugpy() -> bool:
    command = [sys.executable, "-c", "import debugpy"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
