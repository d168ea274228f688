"""What the dashboard tells while nothing can be read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.cli.options import Globals
from sam_deploy.cli.ui.ground import Ground
from sam_deploy.cli.ui.source import Source

APP = """
app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", feature_set="core")],
)
"""


@pytest.fixture
def source(write_project: Callable[[str], Path]) -> Source:
    """The readings of an app whose embedded cloud does not run."""
    project = write_project(APP)
    (project / "functions" / "api").mkdir(parents=True)
    (project / "functions" / "api" / "app.py").write_text("def handler(*_): ...", encoding="utf-8")
    return Source(Ground(Globals(project, "embedded"), "embedded"), "sam-deploy", read_only=False)


def spoilt(source: Source) -> None:
    """Somebody makes a mistake in `deploy.py`."""
    file = source.ground.chosen.project / "deploy.py"
    file.write_text("oh no(", encoding="utf-8")
    os.utime(file, (1, 1))


def test_regions_are_silent_also_where_the_configuration_has_a_mistake(source: Source) -> None:
    """They are those of the app as it was read last: a region that is not named looks well."""
    source.app()
    status = source.status()
    assert "does not run" in status["error"]["what"]
    assert ["eu-west-1"] == [each["region"] for each in status["unreachable"]]
    spoilt(source)
    status = source.status()
    assert "deploy.py" in status["error"]["what"]
    assert ["eu-west-1"] == [each["region"] for each in status["unreachable"]]


def test_rows_that_were_read_last_are_kept_and_dated(source: Source) -> None:
    """Nothing was read yet: there are none, and no moment; what was read has its own."""
    assert ([], None) == (source.status()["rows"], source.status()["as_of"])
    rows = [{"function": "Api", "version": "3"}]
    source._rows = 1_700_000_000.0, rows  # noqa: SLF001 - what a reading leaves
    spoilt(source)
    status = source.status()
    assert (rows, 1_700_000_000.0) == (status["rows"], status["as_of"])
    assert status["as_of"] < status["read"]


def test_a_changed_configuration_has_another_tag(source: Source) -> None:
    """In the app and in the status; with a mistake it is that of the app that was read last."""
    first = source.app()["tag"]
    assert first == source.app()["tag"] == source.status()["app"]
    project = source.ground.chosen.project
    text = (project / "deploy.py").read_text(encoding="utf-8")
    spoilt(source)
    assert first == source.status()["app"]
    changed = text.replace('Environment("dev")', 'Environment("test")')
    (project / "deploy.py").write_text(changed, encoding="utf-8")
    assert first != source.status()["app"] == source.app()["tag"]
