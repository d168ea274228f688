"""Where the demo finds its example."""

from __future__ import annotations

from pathlib import Path

from sam_deploy.cli.deploying.demo_command import example_project


def test_in_a_checkout_the_example_is_used_in_place(tmp_path: Path) -> None:
    """Wherever the command's module lies; nothing is copied to the current folder."""
    found = example_project(tmp_path)
    assert Path(__file__).parents[4] / "examples" / "dzgro" == found
    assert (found / "deploy.py").is_file()
    assert [] == list(tmp_path.iterdir())
