from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench import app
from sam_deploy import config, plan, template


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


def test_an_app_to_deploy_is_the_same_for_both(tmp_path: Path) -> None:
    """An HTTP API before the first function, an alias for each, and nothing AWS would refuse."""
    regions = ("eu-west-1", "us-east-1")
    wanted = replace(app.THE_APP, regions=regions)
    sam = json.loads((app.write_sam(wanted, tmp_path / "sam") / "template.json").read_text())
    functions = [
        each["Properties"]
        for each in sam["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    ]
    project = app.write_ours(wanted, tmp_path / "ours")
    loaded = config.load(project)
    planned = plan.make(loaded, project, plan.Request())
    keys = {each.key: "0.zip" for each in planned.builds}
    (stack,) = planned.stacks
    rendered = template.render(loaded, stack, keys)

    assert {app.ALIAS} == {each["AutoPublishAlias"] for each in functions}
    assert [True, False, False, False, False] == ["Events" in each for each in functions]
    assert regions == stack.regions
    assert [1, 0, 0, 0, 0] == [len(each.routes) for each in loaded.functions]
    assert () == template.check(rendered, regions, with_lint=False)
