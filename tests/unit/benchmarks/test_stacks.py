from __future__ import annotations

from pathlib import Path

import pytest

from bench import app, stacks
from bench.emulated import Emulator, variables
from bench.measure import Run, RunFailedError
from bench.ours import Project
from bench.stacks import OurStack, Outcome

REGIONS = ("eu-west-1", "us-east-1")


def deployed(tmp_path: Path, outcome: str, built: int) -> OurStack:
    """A stack whose last run ended like this in both regions."""
    project = Project(tmp_path, tmp_path / "store", tmp_path / "uv-cache")
    stack = OurStack(project, Emulator(tmp_path, "http://127.0.0.1:1"), REGIONS)
    stack.last.update(
        {
            "build": {"built": built},
            "stacks": [{"region": each, "outcome": outcome} for each in REGIONS],
            "regions": {"eu-west-1": {"bytes_sent": 54}, "us-east-1": {"bytes_sent": 0}},
        }
    )
    return stack


@pytest.mark.parametrize(
    ("outcome", "built", "wanted", "expected"),
    [("updated", 0, "no changes", 0), ("created", 9, "created", 10)],
)
def test_a_run_that_did_something_else_is_no_figure(
    tmp_path: Path, outcome: str, built: int, wanted: Outcome, expected: int
) -> None:
    """Neither another outcome nor archives that were there already."""
    with pytest.raises(RunFailedError):
        deployed(tmp_path, outcome, built).judge(wanted, expected)


def test_a_run_that_did_what_its_case_says_counts(tmp_path: Path) -> None:
    """Every region ended so; a preparation may end anyhow."""
    deployed(tmp_path, "created", 10).judge("created", 10)
    deployed(tmp_path, "updated", 3).judge(None, None)


def test_a_region_that_is_missing_is_no_figure(tmp_path: Path) -> None:
    """Whatever the other one did."""
    stack = deployed(tmp_path, "created", 10)
    del stack.last["stacks"][0]

    with pytest.raises(RunFailedError):
        stack.judge("created", 10)


def test_bytes_of_all_regions_are_added(tmp_path: Path) -> None:
    """Those that left this computer."""
    assert 54 == deployed(tmp_path, "created", 10).sent_bytes


def test_a_first_deployment_knows_no_archive_and_no_verdict(tmp_path: Path) -> None:
    """Wheels stay; a template that counts as checked before keeps its verdict."""
    stack = deployed(tmp_path, "created", 10)
    folders = [stack.project.store / name for name in ("archives", "checked", "wheels")]
    for folder in folders:
        folder.mkdir(parents=True)

    stack.forget_archives(checked=True)
    assert [False, True, True] == [folder.is_dir() for folder in folders]

    stack.forget_archives()
    assert [False, False, True] == [folder.is_dir() for folder in folders]


def test_runs_after_each_other_add_up() -> None:
    """Seconds and CPU; of memory the largest process counts."""
    total = stacks.added([Run(1.0, 0.5, 100.0), Run(2.0, 0.25, 300.0), Run(3.0, 0.25, 200.0)])

    assert Run(6.0, 1.0, 300.0) == total
    assert None is stacks.added([Run(1.0, 0.5), Run(1.0)]).cpu_seconds


def test_both_tools_go_to_the_endpoint_and_to_no_account() -> None:
    """Whatever profiles and proxies the machine has."""
    found = variables("http://127.0.0.1:4566")

    assert "http://127.0.0.1:4566" == found["AWS_ENDPOINT_URL"]
    assert {"test"} == {found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]}
    assert "127.0.0.1" == found["NO_PROXY"]


def test_an_app_is_written_for_its_regions(tmp_path: Path) -> None:
    """Its folder, with the caches of the others."""
    shared = Project(tmp_path / "a", tmp_path / "store", tmp_path / "uv-cache")
    wanted = app.App(app.THE_APP.functions, app.THE_APP.layers, REGIONS)
    made = stacks.our_stack(wanted, tmp_path / "b", shared, Emulator(tmp_path, ""))

    assert REGIONS == made.regions
    assert shared.store == made.project.store
    assert (tmp_path / "b" / "deploy.py").is_file()
