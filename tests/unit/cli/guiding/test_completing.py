"""What the shell completes: found in `deploy.py` without running it, and nothing when in doubt."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from sam_deploy.cli.guiding.completing import RunName, declared, regions, taught
from sam_deploy.cli.guiding.known_releases import FILE, remember, remembered
from sam_deploy.cli.main import group
from sam_deploy.cli.runs import runs_command
from sam_deploy.config.text import REGIONS

DEPLOY = """
import sam_deploy
from sam_deploy import App, Environment, FeatureSet, Function
raise SystemExit("it was run")
PLACES = ["eu-west-1", "us-east-1"]
app = App(
    name="shop",
    environments=[Environment("dev"), Environment(promote_from="dev", name="prod")],
    feature_sets=[FeatureSet("core", regions=PLACES)],
    functions=[
        sam_deploy.Function("Api", source="eu-west-1x"),
        *[Function(f"{name}", source=name) for name in NAMES],
        Function("Worker", source="worker"),
        Function("Api", source="twice"),
    ],
)
"""


def test_names_are_found_in_their_order_without_running_the_file(tmp_path: Path) -> None:
    """Given by position or by name, of a class or of the package; computed ones are left out."""
    (tmp_path / "deploy.py").write_text(DEPLOY)
    assert ["dev", "prod"] == declared(tmp_path, ("Environment",))
    assert ["Api", "Worker"] == declared(tmp_path, ("Function",))
    assert [] == declared(tmp_path, ("Queue",))


def test_regions_are_those_that_the_file_names(tmp_path: Path) -> None:
    """Without any, all of AWS."""
    assert list(REGIONS) == regions(tmp_path)
    (tmp_path / "deploy.py").write_text(DEPLOY)
    assert ["eu-west-1", "us-east-1"] == regions(tmp_path)


@pytest.mark.parametrize("text", [b"app = App(", b"\xff\xfe", b"\0", b"(" * 5000, b"#" * 1_000_001])
def test_a_file_that_cannot_be_read_completes_nothing(tmp_path: Path, text: bytes) -> None:
    """A press of TAB is not the moment for an error; a command says it."""
    (tmp_path / "deploy.py").write_bytes(text)
    assert [] == declared(tmp_path, ("Environment",))


def test_releases_are_those_that_were_shown_last(tmp_path: Path) -> None:
    """In their order; before any were shown there are none, and a strange file is no error."""
    assert [] == remembered(tmp_path)
    remember(tmp_path, ["prod-2", "prod-1"])
    assert ["prod-2", "prod-1"] == remembered(tmp_path)
    (tmp_path / FILE).write_bytes(b"\xff\xfe dev-1")
    assert "dev-1" == remembered(tmp_path)[-1]


def test_a_project_that_cannot_be_written_remembers_nothing(tmp_path: Path) -> None:
    """`history` shows all the same."""
    (tmp_path / ".sam-deploy").write_text("no folder")
    remember(tmp_path, ["prod-1"])
    assert [] == remembered(tmp_path)


def test_runs_are_completed_the_newest_first(tmp_path: Path) -> None:
    """By the names of their logs, in the project of `-C`."""
    taught(runs_command.command)
    context = click.Context(group)
    (param,) = [each for each in runs_command.show.params if each.name == "run"]
    assert isinstance(param.type, RunName)
    context.params["project"] = tmp_path
    assert [] == param.type.shell_complete(context, param, "")
    folder = tmp_path / ".sam-deploy" / "runs"
    folder.mkdir(parents=True)
    for name in ("20260101T000000Z-deploy-aaaa", "20260102T000000Z-build-bbbb"):
        (folder / f"{name}.jsonl").touch()
    items = param.type.shell_complete(context, param, "2026010")
    assert ["20260102T000000Z-build-bbbb", "20260101T000000Z-deploy-aaaa"] == [
        each.value for each in items
    ]
