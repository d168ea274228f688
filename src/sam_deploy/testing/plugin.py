"""What pytest loads wherever sam-deploy is installed: options and one fixture, and nothing heavy.

PYTEST_DONT_REWRITE: there are no assertions of tests in here.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from sam_deploy.errors import SamDeployError
    from sam_deploy.testing.app import DeployedApp

_USAGE_ERROR = 4
"""pytest's exit code for what is wrong before any test. Source: pytest, `ExitCode.USAGE_ERROR`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept `--sam-deploy-keep`, and the ini options of `sam_deploy_app`."""
    parser.getgroup("sam-deploy").addoption(
        "--sam-deploy-keep",
        action="store_true",
        help="let the cloud of `sam_deploy_app` run on, and use it again the next time",
    )
    parser.addini(
        "sam_deploy_project",
        "folder of the deploy.py that `sam_deploy_app` deploys, relative to rootdir",
        default=".",
    )
    parser.addini(
        "sam_deploy_options",
        "more arguments of `sam-deploy deploy`, such as: core --region eu-west-1",
        type="args",
        default=[],
    )


@pytest.fixture(scope="session")
def sam_deploy_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedApp]:
    """The project's app, deployed once for this session to an embedded cloud of its own.

    With xdist each worker has one. The cloud ends with the session, whatever ends that, unless it
    is kept for the next one.
    """
    from sam_deploy import errors  # noqa: PLC0415 - when a test wants the app
    from sam_deploy.testing import session  # noqa: PLC0415 - the same

    config = request.config
    project = (config.rootpath / str(config.getini("sam_deploy_project"))).resolve()
    options = [str(each) for each in config.getini("sam_deploy_options")]
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    with contextlib.ExitStack() as clouds:
        try:
            keep = bool(config.getoption("sam_deploy_keep"))
            if keep:
                folder = clouds.enter_context(session.kept(project, worker))
            else:
                folder = tmp_path_factory.mktemp("sam-deploy-cloud", numbered=True)
            _tell(config, f"sam-deploy: deploying `{project.name}` to an embedded cloud ...")
            started = time.monotonic()
            app = clouds.enter_context(session.deployed(project, folder, options, keep=keep))
            seconds = time.monotonic() - started
            _tell(config, f"sam-deploy: deployed in {seconds:.1f} s; it answers at {app.gateway}")
        except errors.SamDeployError as error:
            _give_up(config, project, error)
        yield app


def _give_up(config: pytest.Config, project: Path, error: SamDeployError) -> NoReturn:
    """End the session with the error: without the app its tests say nothing.

    A worker of xdist cannot end the session, so each test that wants the app tells it there.
    """
    parts = [f"the app in {project} was not deployed, so its tests cannot run", error.what]
    parts += [f"why: {error.why}"] if error.why else []
    parts += [f"hint: {error.hint}"] if error.hint else []
    text = "\n\n".join(parts)
    if hasattr(config, "workerinput"):
        pytest.fail(text, pytrace=False)
    pytest.exit(text, returncode=_USAGE_ERROR)


def _tell(config: pytest.Config, line: str) -> None:
    """Say a line although pytest captures output; workers of xdist and `-q` say nothing."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is None or config.get_verbosity() < 0 or hasattr(config, "workerinput"):
        return
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
        reporter.ensure_newline()
        reporter.write_line(line)
