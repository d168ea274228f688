"""What the screen says to type next, typed: it leads where it says that it leads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import COMMAND
from tests.faults.screen import at_screen

pytestmark = pytest.mark.slow


def test_the_log_that_a_failed_deployment_names_has_the_reason(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """Although the aliases are back by then: what failed is the version that nobody serves.

    Then a promotion for which nobody is named in `deploy.py` is refused before it asks anything.
    """
    (tmp_path / "notes").mkdir()
    project = make_project(tmp_path / "notes", {})
    here = {**project.environment, "SAM_DEPLOY_TARGET": "embedded"}
    project = replace(project, environment=here)
    assert 0 == project.run("init", "--template", "api").code
    assert 0 == project.run("deploy").code
    handler = project.folder / "functions" / "Notes" / "handler.py"
    handler.write_text("import nowhere_to_be_found\n" + handler.read_text(encoding="utf-8"))
    failed = project.run("deploy")
    assert 7 == failed.code, failed.err
    (named,) = re.findall(r"`sam-deploy (logs [^`]+)` shows more", failed.err)
    shown = project.run(*shlex.split(named))
    assert (0, True) == (shown.code, "No module named 'nowhere_to_be_found'" in shown.out)

    # prod is one step behind: a version that answers, and other code than the first
    source = handler.read_text(encoding="utf-8").replace("import nowhere_to_be_found\n", "")
    handler.write_text(source + "\n# mended\n")
    assert 0 == project.run("deploy").code
    command = (*COMMAND, "-C", str(project.folder), "promote", "prod")
    with at_screen(
        command, project.folder, columns=110, rows=60, more=project.environment
    ) as screen:
        screen.until("Nobody can be asked for a one-time code")
        assert 2 == screen.end()
        assert "Proceed" not in screen.text
