"""The exported pipelines, carried out step by step on a laptop: the embedded cloud is their target.

What an action of GitHub's does is done by hand: checked out is the project itself, and artifacts
stay where they are. Every `run:` is executed as it stands, by bash as GitHub calls it; every
`script:` of GitLab's as its runner does. sam-deploy is that of this checkout: the command, and for
projects that ask for it the wheel, since it is on no index.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import uv
import yaml
from tests.faults.grant import grant

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
WORKFLOWS = Path(".github", "workflows")
BASH = ("--noprofile", "--norc", "-eo", "pipefail")
"""How GitHub calls it for `shell: bash`."""


@pytest.fixture
def told() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Somebody's webhook: its address, and what was posted to it."""
    bodies: list[dict[str, Any]] = []

    class Webhook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the same
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", bodies
    server.shutdown()
    server.server_close()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with nothing but `sam-deploy`."""
    command = tmp_path / "bin" / "sam-deploy"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sam_deploy "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return command.parent


@pytest.fixture
def machine(programs: Path, make_tiny: Callable[..., Project]) -> Machine:
    """A machine with `sam-deploy` on its path, and the tiny project checked out."""
    project = make_tiny()
    return Machine(project, f"{programs}{os.pathsep}{project.environment['PATH']}")


@pytest.fixture
def fresh(tmp_path: Path, programs: Path, make_project: Callable[..., Project]) -> Machine:
    """A machine with `sam-deploy` and `uv` alone, and a project that `init` has just written."""
    (programs / "uv").symlink_to(uv.find_uv_bin())
    wheels, folder = tmp_path / "wheels", tmp_path / "orders"
    build = ["build", "--quiet", "--wheel", "--out-dir", wheels, Path(__file__).parents[2]]
    subprocess.run([uv.find_uv_bin(), *build], check=True)
    variables = {"UV_FIND_LINKS": str(wheels), "UV_PYTHON": sys.executable}
    folder.mkdir()
    project = make_project(folder, variables)
    assert 0 == project.run("init", "--template", "full").code
    return Machine(project, f"{programs}{os.pathsep}{os.defpath}")


class Machine:
    """Runs scripts in the project, where nobody sits at a terminal."""

    def __init__(self, project: Project, path: str) -> None:
        self.project = project
        self.path = path

    def bash(self, script: str, variables: Mapping[str, str], *options: str) -> tuple[int, str]:
        """Run a script; return its exit code and what it said."""
        bash = shutil.which("bash")
        assert bash
        ran = subprocess.run(
            [bash, *options, "-c", script],
            cwd=self.project.folder,
            env={
                **self.project.environment,
                "PATH": self.path,
                "CI": "true",
                **variables,
                "SAM_DEPLOY_TARGET": "embedded",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return ran.returncode, ran.stdout

    def change(self) -> None:
        """The function's code is another one."""
        handler = self.project.folder / "functions" / "Hello" / "handler.py"
        handler.write_text(f"{handler.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")

    def served(self) -> list[str]:
        """The versions that dev and prod serve."""
        return [self.project.served("Hello", "eu-west-1", name) for name in ("dev", "prod")]

    def check_after_deploy(self) -> None:
        """The project has a check of its own, which pipelines run after each deployment."""
        after = self.project.folder / "ci" / "after-deploy.sh"
        after.parent.mkdir()
        after.write_text('#!/bin/sh\necho "$1 $(wc -c < "$2")" >> checked.txt\n', encoding="utf-8")
        after.chmod(0o755)

    def approved(self, file: Path) -> str:
        """The text of a file that approves the promotion to prod."""
        grant(self.project.folder, "prod", file, target="embedded")
        return file.read_text(encoding="utf-8")


class GitHub:
    """Carries out the steps of a job as GitHub's runner does."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.project = machine.project
        assert 0 == self.project.run("export", "github-actions").code

    def jobs(self, workflow: str) -> dict[str, Any]:
        """The jobs of a workflow."""
        file = self.project.folder / WORKFLOWS / f"{workflow}.yml"
        found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]
        return found

    def carry_out(self, workflow: str, job: str, **values: str) -> list[tuple[str, int, str]]:
        """Run the job's steps until one fails; returns name, exit code and output of each.

        `values` are the variables whose text is an expression of GitHub's.
        """
        done: list[tuple[str, int, str]] = []
        for step in self.jobs(workflow)[job]["steps"]:
            failed = bool(done) and done[-1][1] != 0
            if "run" in step and not failed:
                done.append((step["name"], *self._run(step, values)))
            elif step.get("uses", "").startswith("actions/upload-artifact") and not failed:
                for path in step["with"]["path"].split():
                    assert (self.project.folder / path).exists(), path
        return done

    def _run(self, step: dict[str, Any], values: dict[str, str]) -> tuple[int, str]:
        if step["run"].startswith("uv tool install sam-deploy=="):
            return 0, ""
        given = {
            name: values[name] if "${{" in text else text
            for name, text in step.get("env", {}).items()
        }
        return self.machine.bash(step["run"], given, *BASH)


class GitLab:
    """Carries out the script of a job as GitLab's runner does: one shell, ended by an error."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.folder = machine.project.folder
        assert 0 == machine.project.run("export", "gitlab").code
        text = (self.folder / ".gitlab-ci.yml").read_text(encoding="utf-8")
        self.pipeline: dict[str, Any] = yaml.safe_load(text)

    def carry_out(self, name: str, part: str = "script", **values: str) -> tuple[int, str]:
        """Run the job's script; return exit code and output. Its artifacts exist when it is good.

        `values` are the project's variables; they go before those of the file, as on GitLab.
        `part` is `after_script` for what the runner calls in a shell of its own.
        """
        job = self.pipeline[name]
        above = self.pipeline.get(job.get("extends", ""), {})
        written = {
            **self.pipeline["variables"],
            **above.get("variables", {}),
            **job.get("variables", {}),
        }
        done = self.machine.bash("\n".join(["set -eo pipefail", *job[part]]), {**written, **values})
        for path in job.get("artifacts", {}).get("paths", ()) if not done[0] else ():
            assert (self.folder / path).exists(), path
        return done


def codes(done: list[tuple[str, int, str]]) -> dict[str, int]:
    """Name -> exit code; what was said is shown when one is not 0."""
    for name, code, said in done:
        if code:
            print(f"{name}: {code}\n{said}")  # noqa: T201 - pytest shows it with the failure
    return {name: code for name, code, _ in done}


def test_the_steps_deploy_and_promote(
    machine: Machine, told: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """R249, R282: check, build, plan, deploy, look; no promotion without an approval; then one."""
    runner, project = GitHub(machine), machine.project
    machine.check_after_deploy()
    for job in ("check", "build", "deploy"):
        assert {0} == set(codes(runner.carry_out("sam-deploy", job)).values())
    assert "1" == project.served("Hello", "eu-west-1", "dev")
    assert (project.folder / "checked.txt").read_text(encoding="utf-8").startswith("dev ")

    machine.change()
    for job in ("build", "deploy"):
        assert {0} == set(codes(runner.carry_out("sam-deploy", job)).values())
    assert ["2", "1"] == machine.served()

    values = {"ENVIRONMENT": "prod", "SAM_DEPLOY_APPROVAL": ""}
    refused = runner.carry_out("sam-deploy-promote", "promote", **values)
    assert "Promote" == refused[-1][0]
    assert 6 == refused[-1][1], refused[-1][2]
    assert ["2", "1"] == machine.served()

    values["SAM_DEPLOY_APPROVAL"] = machine.approved(tmp_path / "approval.json")
    assert {0} == set(codes(runner.carry_out("sam-deploy-promote", "promote", **values)).values())
    assert ["2", "2"] == machine.served()
    assert 0o600 == (project.folder / "approval.json").stat().st_mode & 0o777

    address, bodies = told
    outcome = {"OUTCOME": "succeeded", "COMMIT": "1a2b3c4", "RUN_URL": "https://example.com/1"}
    done = runner.carry_out("sam-deploy", "notify", NOTIFY_WEBHOOK_URL=address, **outcome)
    assert {"Post it": 0} == codes(done)
    assert [("tiny", "succeeded", "1a2b3c4")] == [
        (each["app"], each["outcome"], each["commit"]) for each in bodies
    ]
    quiet = runner.carry_out("sam-deploy", "notify", NOTIFY_WEBHOOK_URL="", **outcome)
    assert {"Post it": 0} == codes(quiet)


def test_the_scripts_of_gitlab_deploy_and_promote(
    machine: Machine, told: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """R249, R282: the same, job by job; the token of the job is written where only it may read."""
    runner = GitLab(machine)
    machine.check_after_deploy()
    token = tmp_path / "token"
    values = {"AWS_ID_TOKEN": "t0ken", "AWS_WEB_IDENTITY_TOKEN_FILE": str(token)}
    for job in ("check", "build", "deploy-dev"):
        assert 0 == (done := runner.carry_out(job, **values))[0], done[1]
    assert ("t0ken", 0o600) == (token.read_text(encoding="utf-8"), token.stat().st_mode & 0o777)
    checked = machine.project.folder / "checked.txt"
    assert checked.read_text(encoding="utf-8").startswith("dev ")

    machine.change()
    for job in ("build", "deploy-dev"):
        assert 0 == (done := runner.carry_out(job, **values))[0], done[1]
    assert ["2", "1"] == machine.served()

    refused = runner.carry_out("promote-prod", **values)
    assert 6 == refused[0], refused[1]
    assert ["2", "1"] == machine.served()
    values["SAM_DEPLOY_APPROVAL"] = machine.approved(tmp_path / "approval.json")
    assert 0 == (done := runner.carry_out("promote-prod", **values))[0], done[1]
    assert ["2", "2"] == machine.served()

    address, bodies = told
    about = {"COMMIT": "1a2b3c4", "RUN_URL": "https://example.com/1"}
    done = runner.carry_out("notify-failed", NOTIFY_WEBHOOK_URL=address, **about)
    assert 0 == done[0], done[1]
    done = runner.carry_out(
        "promote-prod",
        "after_script",
        NOTIFY_WEBHOOK_URL=address,
        CI_JOB_STATUS="success",
        **about,
    )
    assert 0 == done[0], done[1]
    assert [("tiny", "failed", "1a2b3c4"), ("tiny", "succeeded", "1a2b3c4")] == [
        (each["app"], each["outcome"], each["commit"]) for each in bodies
    ]
    assert 0 == runner.carry_out("notify-succeeded", NOTIFY_WEBHOOK_URL="", **about)[0]


def test_a_new_project_passes_its_checks_and_is_built(fresh: Machine) -> None:
    """With uv alone on the machine: lint, its tests, templates; then again, by `uv.lock`."""
    runner = GitHub(fresh)
    for job in ("check", "build"):
        assert {0} == set(codes(runner.carry_out("sam-deploy", job)).values())
    assert (fresh.project.folder / "uv.lock").is_file()
    done = GitLab(fresh).carry_out("check")
    assert 0 == done[0], done[1]
    assert " passed" in done[1]
