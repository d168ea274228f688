"""A project from nothing: one command, and it is deployed and its own tests pass."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.conftest import COMMAND
from tests.faults.terminal import Terminal

DOWN, ENTER = "\x1b[B", "\r"


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def typed(folder: Path, *lines: str) -> None:
    """Type commands as they were shown, and stop the cloud that they have started."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SAM_DEPLOY_TARGET": "embedded"}
    try:
        for line in lines:
            done = subprocess.run(
                ["/bin/sh", "-ec", line.replace("curl ", "curl -fsS ")],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            assert 0 == done.returncode, f"{line}\n{done.stderr}"
    finally:
        ran(folder, *COMMAND, "-C", "orders", "cloud", "stop")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "passed"),
    [
        pytest.param("api", 7, marks=pytest.mark.long),
        pytest.param("worker", 2, marks=pytest.mark.long),
        ("full", 8),
    ],
)
def test_a_new_project_is_clean_deployed_and_its_tests_pass(
    tmp_path: Path, kind: str, passed: int
) -> None:
    """From an empty folder; no rule of the audit and no linter finds anything in it."""
    made = ran(tmp_path, *COMMAND, "init", "orders", "--template", kind)
    assert (0, "") == (made.returncode, made.stdout)
    folder = tmp_path / "orders"
    said = made.stderr.partition("\nnext: ")[2].splitlines()
    assert "sam-deploy -C orders deploy" == said[0]
    typed(tmp_path, *(line.strip() for line in said))
    audit = ran(folder, *COMMAND, "template", "--audit")
    assert "orders-sam: nothing found" in audit.stdout + audit.stderr
    for check in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy", "deploy.py")):
        looked = ran(folder, sys.executable, "-m", *check, *(() if check[0] == "mypy" else (".",)))
        assert 0 == looked.returncode, looked.stdout
    tested = ran(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:xdist")
    assert 0 == tested.returncode, tested.stdout
    assert f"{passed} passed" in tested.stdout


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Exit 5, with the list; the project of a SAM template is not taken over unseen either."""
    assert 0 == ran(tmp_path, *COMMAND, "init", "orders", "--template", "api").returncode
    (tmp_path / "orders" / "deploy.py").write_text("mine", encoding="utf-8")
    again = ran(tmp_path, *COMMAND, "init", "orders", "--template", "worker")
    assert 5 == again.returncode
    assert "  - deploy.py\n" in again.stderr
    assert "mine" == (tmp_path / "orders" / "deploy.py").read_text(encoding="utf-8")
    (tmp_path / "sam").mkdir()
    (tmp_path / "sam" / "template.yaml").write_text("Resources: {}", encoding="utf-8")
    refused = ran(tmp_path, *COMMAND, "-C", "sam", "init", "--template", "api")
    assert (5, True) == (refused.returncode, "`template.yaml`" in refused.stderr)
    assert ["template.yaml"] == [each.name for each in (tmp_path / "sam").iterdir()]


def test_without_a_terminal_the_choices_are_named(tmp_path: Path) -> None:
    """Exit 2, and nothing is written."""
    asked = ran(tmp_path, *COMMAND, "init", "orders")
    assert 2 == asked.returncode
    for kind in ("api", "worker", "full"):
        assert f"  - --template {kind}: " in asked.stderr
    assert [] == list(tmp_path.iterdir())


@pytest.mark.slow
def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    """Arrow keys choose; Ctrl-C writes nothing and ends with 130."""
    for keys, code in (("\x03", 130), (DOWN + ENTER, 0)):
        line, other = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, "init", "orders"],
            cwd=tmp_path,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env=dict(os.environ, TERM="xterm"),
        )
        os.close(other)
        terminal = Terminal(process, line)
        try:
            terminal.until("full: ")
            terminal.keys(keys)
            assert code == terminal.end(), terminal.said
        finally:
            process.kill()
            process.wait()
            terminal.hang_up()
        assert (code == 0) == (tmp_path / "orders").exists()
    assert (tmp_path / "orders" / "functions" / "Worker").is_dir()


TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
"""


@pytest.mark.slow
def test_a_template_that_is_there_is_deployed_as_it_is(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """`init --from-template`, then `deploy` without another word; the template is not touched."""
    folder = tmp_path / "greeting"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (folder / "template.yaml").write_text(TEMPLATE)
    project = make_project(folder, {})
    made = project.run("init", "--from-template", "template.yaml", "--region", "us-west-2")
    assert (0, "") == (made.code, made.out)
    assert "`template.yaml` has 1 function, in .:\n  .gitignore\n  samconfig.toml\n" in made.err
    deployed = project.deploy()
    assert 0 == deployed.code, deployed.err
    assert "greeting" == deployed.json["app"]
    answer = project.client("lambda", "us-west-2").invoke(FunctionName="hello")
    assert b'"hello"' == answer["Payload"].read()
    assert TEMPLATE == (folder / "template.yaml").read_text()
    again = project.run("init", "--from-template", "template.yaml")
    assert (0, True) == (again.code, "nothing had to be written" in again.err)


API = """Transform: AWS::Serverless-2016-10-31
Resources:
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      Environment: {Variables: {GREETING: hello, JOBS: !Ref Jobs}}
      Policies: [SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}]
      Events:
        Get: {Type: HttpApi, Properties: {Path: /hello, Method: GET}}
  Jobs: {Type: AWS::SQS::Queue}
"""
GREETS = """import os


def handler(event, context):
    return {"statusCode": 200, "body": os.environ["GREETING"]}
"""


@pytest.mark.slow
def test_a_derived_draft_is_deployed_once_it_is_the_deploy_py(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """What it has not is told; as `deploy.py` it answers in both environments, as the old one."""
    folder = tmp_path / "greeting"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text(GREETS)
    (folder / "template.yaml").write_text(API)
    project = make_project(folder, {})
    made = project.run("init", "--from-template", "template.yaml", "--derive")
    assert 0 == made.code, made.err
    assert (
        '- OrdersFunction.Environment.JOBS: ask for it in each call: `resource_name("Jobs")`'
        in (made.err)
    )
    draft = folder / "deploy.draft.py"
    checked = ran(
        folder, sys.executable, "-m", "ruff", "format", "--check", "--line-length=100", "."
    )
    assert 0 == checked.returncode, checked.stdout
    draft.rename(folder / "deploy.py")
    deployed = project.deploy()
    assert 0 == deployed.code, deployed.err
    for environment in ("dev", "prod"):
        url = project.run("cloud", "url", "--environment", environment).out.strip()
        assert "hello" == httpx.get(f"{url}/hello").text


def test_a_template_of_which_nothing_can_be_derived_gets_no_draft(tmp_path: Path) -> None:
    """Exit 5 with every resource and its reason, and nothing is written."""
    text = "Resources: {News: {Type: AWS::SNS::Topic}}"
    (tmp_path / "template.yaml").write_text(text)
    arguments = ("init", "--from-template", "template.yaml", "--name", "shop", "--derive")
    refused = ran(tmp_path, *COMMAND, *arguments)
    assert 5 == refused.returncode
    assert "  - News: AWS::SNS::Topic is not derived\n" in refused.stderr
    assert ["template.yaml"] == [each.name for each in tmp_path.iterdir()]
    alone = ran(tmp_path, *COMMAND, "init", "--template", "api", "--derive")
    assert (2, True) == (alone.returncode, "--derive goes with" in alone.stderr)


def test_a_template_that_is_not_there_and_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    """Exit 2 each, with what to do; two ways to begin at once as well."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    for arguments, said in (
        (("--from-template", "tmplate.yaml"), "`tmplate.yaml` does not exist"),
        (("other", "--from-template", "template.yaml"), "is where the template is"),
        (("--template", "api", "--from-template", "template.yaml"), "two ways to begin"),
    ):
        refused = ran(tmp_path, *COMMAND, "init", *arguments)
        assert (2, True) == (refused.returncode, said in refused.stderr)
    assert ["template.yaml"] == [each.name for each in tmp_path.iterdir()]
