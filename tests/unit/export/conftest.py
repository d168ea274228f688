"""Apps of the golden cases, rendered for an export."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sam_deploy import App, template
from sam_deploy.config import load
from sam_deploy.export.source import Source, source_of
from sam_deploy.plan import Request, make
from sam_deploy.template import Template

TESTS = Path(__file__).parents[2]
EXAMPLE = TESTS.parent / "examples" / "dzgro"

Exported = Callable[[str], tuple[str, tuple[Source, ...]]]


def sources_of(app: App, environment: str = "") -> tuple[Source, ...]:
    """Every stack of an app (of an isolated one, those of its first environment)."""
    if not environment and app.topology == "isolated":
        environment = app.environments[0].name
    planned = make(app, Path(), Request(environment=environment))
    keys = {unit.key: f"{'0' * 64}.zip" for unit in planned.builds}
    return tuple(
        source_of(template.render(app, stack, keys), stack.feature_set, stack.regions)
        for stack in planned.stacks
    )


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    """Gives the name and the stacks of a golden case."""

    def give(case: str) -> tuple[str, tuple[Source, ...]]:
        if case == "dzgro":
            app = load(EXAMPLE)
        else:
            shutil.copy(TESTS / "golden" / case / "config.py", tmp_path / "deploy.py")
            app = load(tmp_path)
        return app.name, sources_of(app)

    return give


@pytest.fixture(scope="session")
def written() -> Callable[[str], Source]:
    """Makes a stack of the text of a template, as somebody wrote it."""

    def make_source(text: str) -> Source:
        document = yaml.safe_load(text)
        count = len(document["Resources"])
        return source_of(Template("orders", text, (), {}, count, ()), "orders", ())

    return make_source
