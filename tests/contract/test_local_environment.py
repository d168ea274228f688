"""The emulator's environment, made by the real uv from the real requirements."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.events import Event, Note, Waiting, ignore
from sam_deploy.local import environment

pytestmark = pytest.mark.slow

MAKE = (
    "from sam_deploy.local import environment; from sam_deploy.events import ignore;"
    "print(environment.ensure(ignore).path)"
)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of sam-deploy."""
    monkeypatch.setenv("SAM_DEPLOY_CACHE_DIR", str(tmp_path))
    return tmp_path


def imports(made: environment.Environment, *modules: str) -> str:
    code = f"import {', '.join(modules)}"
    done = subprocess.run(
        [made.python, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    return done.stderr


def test_it_is_made_once_and_complete(cache: Path) -> None:
    """The first call makes it and says so; the second finds it and says nothing."""
    told: list[Event] = []
    made = environment.ensure(told.append)
    assert [Waiting] == [type(event) for event in told]
    assert made.path.is_relative_to(cache)
    assert "" == imports(made, "ministack", "samtranslator", "cryptography")
    again: list[Event] = []
    assert made == environment.ensure(again.append)
    assert [] == again


def test_it_holds_nothing_of_ours(cache: Path) -> None:
    """Neither sam-deploy nor its dependencies can be imported by a function."""
    del cache
    made = environment.ensure(ignore)
    assert "No module named 'sam_deploy'" in imports(made, "sam_deploy")
    assert "No module named 'starlette'" in imports(made, "starlette")


def test_it_has_the_python_that_was_asked_for(cache: Path) -> None:
    """Each minor version has its own; a missing one is replaced, with a warning."""
    del cache
    told: list[Event] = []
    versions = [environment.ensure(told.append, python).version for python in ("3.11", "3.10")]
    assert versions[0].startswith("3.11.")
    warnings = [event for event in told if isinstance(event, Note)]
    assert [f"the embedded cloud has no Python 3.10 here: functions run on {versions[1]}"] == [
        note.message for note in warnings
    ]


def test_the_settings_of_a_project_take_no_part(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Constraints in the `pyproject.toml` of the current folder are the project's own."""
    del cache
    project = tmp_path / "project"
    project.mkdir()
    constraint = '[tool.uv]\nconstraint-dependencies = ["botocore==1.0"]\n'
    (project / "pyproject.toml").write_text(constraint)
    monkeypatch.chdir(project)
    assert "" == imports(environment.ensure(ignore), "ministack")


def test_two_that_make_it_at_once_make_one(cache: Path) -> None:
    """The second waits for the first and uses what it made."""
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: environment.ensure(ignore), range(2)))
    assert made[0] == made[1]
    folders = [path for path in (cache / "emulator").iterdir() if path.is_dir()]
    assert [made[0].path] == folders


@pytest.mark.long
def test_a_kill_leaves_nothing_half_made(cache: Path) -> None:
    """Killed at four moments, the next call still makes a complete one and clears the rest."""
    for seconds in (0.3, 0.6, 0.9, 1.2):
        child = subprocess.Popen([sys.executable, "-c", MAKE], start_new_session=True)
        time.sleep(seconds)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    made = environment.ensure(ignore)
    assert "" == imports(made, "ministack.app", "samtranslator", "cryptography")
    folders = [path for path in (cache / "emulator").iterdir() if path.is_dir()]
    assert [made.path] == folders


def test_a_package_with_other_bytes_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash that does not match stops it, and nothing is left behind."""
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", wrong)
    with pytest.raises(RefusedError) as refused:
        environment.ensure(ignore)
    assert "The environment of the embedded cloud was not made" == refused.value.what
    assert "hash" in refused.value.why.lower()
    assert [] == [path for path in (cache / "emulator").iterdir() if path.is_dir()]


def test_an_index_that_does_not_answer_is_unreachable(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network the error has uv's reason and says what to check."""
    monkeypatch.setenv("UV_CACHE_DIR", str(cache / "uv"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("UV_INDEX", raising=False)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UnreachableError) as unreachable:
        environment.ensure(ignore)
    assert "127.0.0.1:9" in unreachable.value.why
    assert unreachable.value.hint.startswith("check the network")
