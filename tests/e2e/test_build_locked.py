"""`build` with `--locked`, `--clean` and `--prune-store`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEPLOY = """\
from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="tiny",
    home_region="eu-west-1",
    runtime="python3.12",
    bytecode="off",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Hello", source="hello", requirements={requirements})],
)
"""
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "hello").mkdir(parents=True)
    (folder / "hello" / "handler.py").write_text("def handler(event, context): ...\n")
    (folder / "deploy.py").write_text(DEPLOY.format(requirements=["idna==3.10"]))
    return folder


@pytest.fixture
def command(project: Path, tmp_path: Path) -> Command:
    environment = {**os.environ, "SAM_DEPLOY_CACHE_DIR": str(tmp_path / "store")}

    def sam_deploy(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sam_deploy", "-C", str(project), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return sam_deploy


def test_locked_needs_a_lock_and_keeps_it(project: Path, command: Command) -> None:
    """First there is none (exit 3, nothing is written); once committed it is good."""
    refused = command("build", "--locked", "--json")
    error = json.loads(refused.stdout)["error"]
    assert (3, "The lock of `Hello` would change, and `--locked` forbids that") == (
        refused.returncode,
        error["what"],
    )
    assert not (project / "locks").exists()
    assert 0 == command("build").returncode
    (lock,) = (project / "locks").iterdir()
    before = lock.read_bytes()
    assert 0 == command("build", "--locked").returncode
    assert before == lock.read_bytes()


@pytest.mark.long
def test_locked_names_the_first_difference(project: Path, command: Command) -> None:
    """And leaves the lock as it was."""
    command("build")
    (lock,) = (project / "locks").iterdir()
    before = lock.read_bytes()
    (project / "deploy.py").write_text(DEPLOY.format(requirements=["idna==3.9", "six==1.17.0"]))
    refused = command("build", "--locked", "--json")
    error = json.loads(refused.stdout)["error"]
    assert f"`locks/{lock.name}`: `idna` 3.10 would become 3.9" == error["why"]
    assert before == lock.read_bytes()


@pytest.mark.long
def test_locked_and_upgrade_contradict_each_other(command: Command) -> None:
    """A mistake of usage, told before anything is done; of `deploy`, too."""
    for verb in ("build", "deploy"):
        refused = command(verb, "--locked", "--upgrade")
        assert 2 == refused.returncode
        assert "--upgrade makes locks anew, and --locked forbids that" in refused.stderr


@pytest.mark.long
def test_clean_removes_what_was_built_before(project: Path, command: Command) -> None:
    """Also of functions that are gone; the store still has what is needed."""
    command("build")
    old = project / ".sam-deploy" / "build" / "Old.zip"
    old.write_text("left behind")
    done = json.loads(command("build", "--clean", "--json").stdout)
    assert (0, 1) == (done["built"], done["reused"])
    assert ["Hello.zip"] == [path.name for path in old.parent.iterdir()]


@pytest.mark.long
def test_pruning_shows_the_store_before_and_after(
    project: Path, command: Command, tmp_path: Path
) -> None:
    """What this build needs stays; what nothing used for a month goes."""
    del project
    command("build")
    forgotten = tmp_path / "store" / "archives" / f"{'0' * 64}.zip"
    forgotten.write_bytes(b"0" * 1000)
    done = command("build", "--prune-store", "--json")
    found = json.loads(done.stdout)
    # just written, so that another process might be about to use it
    assert forgotten.exists()
    assert found["store"] == found["store_before"]
    assert "store: " in done.stderr
    assert ", now " in done.stderr


@pytest.mark.long
def test_verbose_shows_where_the_time_went(command: Command) -> None:
    """By step, with what was fetched, and the size of the store."""
    done = command("build", "-v", "--json")
    (archive,) = json.loads(done.stdout)["archives"]
    assert (1, 1) == (archive["effort"]["wheels"], archive["effort"]["wheels_fetched"])
    assert 70_000 < archive["effort"]["fetched_bytes"] < 71_000
    header = [line.split() for line in done.stderr.splitlines() if line.startswith("built ")]
    expected = "built resolve fetch compile splice wheels fetched left out"
    assert [expected.split()] == header
    assert json.loads(done.stdout)["store"]["size_bytes"] > 70_000


@pytest.mark.long
@pytest.mark.slow
def test_the_layers_of_a_function_count_with_it(project: Path, command: Command) -> None:
    """The 250 MB are for all that is unpacked side by side."""
    text = (project / "deploy.py").read_text()
    text = text.replace("import App,", "import App, Layer,").replace(
        "requirements=['idna==3.10']", 'layers=["a", "b"]'
    )
    text = text.replace(
        "    functions=",
        '    layers=[Layer(n, source=f"layer_{n}") for n in "ab"],\n    functions=',
    )
    (project / "deploy.py").write_text(text)
    for name in "ab":
        (project / f"layer_{name}").mkdir()
        with (project / f"layer_{name}" / "data.bin").open("wb") as file:
            file.write(name.encode() * 135_000_000)
    refused = command("build")
    assert 3 == refused.returncode
    assert "`function/Hello` has 270 MB with its layers" in refused.stderr
