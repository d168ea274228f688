"""What commands say that need what the embedded cloud holds, while that does not run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.cli.main import main

APP = """
app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("resume",),
        ("unlock",),
        ("recover",),
        ("destroy",),
        ("status",),
        ("outputs",),
        ("history",),
        ("rollback", "prod", "--auto-approve"),
        ("shift", "status"),
        ("layers", "list"),
        ("settings", "list"),
    ],
)
def test_no_command_tells_to_run_itself(
    write_project: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    """Exit 5, and what brings something there: a deployment, or a value that is set."""
    folder = str(write_project(APP))
    assert 5 == main(["-C", folder, "--target", "embedded", *arguments])
    said = capsys.readouterr().err
    assert "error: The embedded cloud of this project does not run" in said
    typed = re.findall(r"`sam-deploy(?: -C \S+)? ([^`]+)`", said.partition("hint: ")[2])
    assert typed
    assert " ".join(arguments) not in typed
    assert "deploy" in typed or "settings" in arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("outputs",),
        ("history",),
        ("release", "show", "r1"),
        ("audit", "list"),
        ("shift", "status"),
        ("layers", "list"),
        ("settings", "list"),
        ("promote", "prod", "--dry-run"),
        ("rollback", "prod", "--dry-run"),
    ],
)
def test_what_only_reads_asks_for_no_target(
    write_project: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    """Without a terminal it looks at the laptop's cloud, which does not run here: exit 5."""
    assert 5 == main(["-C", str(write_project(APP)), *arguments])
    assert "The embedded cloud of this project does not run" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [("resume",), ("shift", "abort"), ("shift", "advance"), ("rollback", "prod", "--auto-approve")],
)
def test_what_writes_is_told_its_target(
    write_project: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    """Nobody gets a green run elsewhere than he meant."""
    assert 2 == main(["-C", str(write_project(APP)), *arguments])
    assert "It is not said where this should go" in capsys.readouterr().err


def test_what_was_interrupted_is_gone_with_the_cloud(
    write_project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """To resume is no way on then; AWS is another matter."""
    assert 5 == main(["-C", str(write_project(APP)), "--target", "embedded", "resume"])
    said = capsys.readouterr().err
    assert "what it held is gone, and what was to be resumed with it" in said
    assert "deploy`, or look at AWS with `--target aws`" in said
