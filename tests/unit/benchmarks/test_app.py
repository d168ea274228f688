from __future__ import annotations

import json
from pathlib import Path

from bench import app
from sam_deploy import config


def test_both_projects_hold_the_same_app(tmp_path: Path) -> None:
    """The same sources and requirements, as many functions and layers."""
    sam, ours = tmp_path / "sam", tmp_path / "ours"
    resources = json.loads((app.write_sam(app.THE_APP, sam) / "template.json").read_text())
    loaded = config.load(app.write_ours(app.THE_APP, ours))
    files = {
        project: {
            str(path.relative_to(project)): path.read_text()
            for folder in ("functions", "layers")
            for path in sorted((project / folder).rglob("*.*"))
        }
        for project in (sam, ours)
    }

    assert files[sam] == files[ours]
    assert app.THE_APP.units == len(resources["Resources"])
    assert app.THE_APP.units == len(loaded.functions) + len(loaded.layers)
    assert app.RUNTIME == loaded.runtime


def test_an_app_grows_to_the_size_asked_for(tmp_path: Path) -> None:
    """Tiny functions, which share one layer."""
    loaded = config.load(app.write_ours(app.growing(12), tmp_path))

    assert 12 == len(loaded.functions)
    assert {("Shared",)} == {tuple(each.layers) for each in loaded.functions}


def test_settings_are_arguments_of_the_app(tmp_path: Path) -> None:
    """So that a case can turn compiled files on and off."""
    loaded = config.load(app.write_ours(app.PANDAS_APP, tmp_path, {"tags": {"a": "b"}}))

    assert {"a": "b"} == dict(loaded.tags)
