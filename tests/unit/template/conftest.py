"""Small apps and golden cases, rendered."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy import App, Environment, FeatureSet, naming
from sam_deploy.config import load
from sam_deploy.plan.model import StackPlan
from sam_deploy.template import Template, render

TESTS = Path(__file__).parents[2]
EXAMPLE = TESTS.parent / "examples" / "dzgro"


@dataclass(frozen=True)
class Rendered:
    """A template and what its text says."""

    template: Template
    document: dict[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        """Its resources by logical id."""
        return self.document["Resources"]

    def properties(self, logical_id: str) -> dict[str, Any]:
        """What a resource is told."""
        return self.resources[logical_id]["Properties"]

    def of_type(self, kind: str) -> dict[str, Any]:
        """The resources of one type, in their order."""
        return {key: each for key, each in self.resources.items() if each["Type"] == kind}

    def text_of(self, logical_id: str) -> str:
        """The lines of one resource, as they stand in the template."""
        lines = self.template.body.splitlines()
        start = lines.index(f"  {logical_id}:")
        rest = lines[start + 1 :]
        length = next(i for i, line in enumerate(rest) if not line.startswith("    "))
        return "\n".join(lines[start : start + 1 + length])


def stack_of(app: App, feature_set: str) -> StackPlan:
    first = app.feature_sets[0].name == feature_set
    return StackPlan(
        name=naming.stack_name(app.name, feature_set, first=first),
        feature_set=feature_set,
        regions=next(tuple(e.regions) for e in app.feature_sets if e.name == feature_set),
        environments=tuple(each.name for each in app.environments),
    )


def keys_of(app: App) -> dict[str, str]:
    units = [f"function/{function.name}" for function in app.functions]
    return {unit: f"{hashlib.sha256(unit.encode()).hexdigest()}.zip" for unit in units}


def rendered(app: App, feature_set: str = "core", **changed_keys: str) -> Rendered:
    keys = keys_of(app) | {f"function/{name}": key for name, key in changed_keys.items()}
    template = render(app, stack_of(app, feature_set), keys)
    return Rendered(template, yaml.safe_load(template.body))


@pytest.fixture
def render_app() -> Callable[..., Rendered]:
    """Renders one feature set (core) of an app; keywords replace a function's archive key."""
    return rendered


@pytest.fixture
def make_app() -> Callable[..., App]:
    """Makes an app with dev and prod in two regions, and whatever the test adds."""

    def make(**given: object) -> App:
        settings: dict[str, Any] = {
            "name": "shop",
            "domain": "example.com",
            "home_region": "eu-west-1",
            "environments": [
                Environment("dev", extra_origins=["http://localhost:4200"]),
                Environment("prod", promote_from="dev", domain_label=None),
            ],
            "feature_sets": [
                FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
                FeatureSet("extra", regions=["us-east-1"]),
            ],
        }
        return App(**(settings | given))

    return make


@pytest.fixture(scope="session")
def dzgro() -> App:
    """The reference app."""
    return load(EXAMPLE)


@pytest.fixture
def golden_app(tmp_path: Path, dzgro: App) -> Callable[[str], tuple[App, str]]:
    """Returns a golden case's app and feature set: its own config, or the example's."""

    def find(case: str) -> tuple[App, str]:
        if case.startswith("dzgro_"):
            return dzgro, case.removeprefix("dzgro_")
        folder = tmp_path / case
        folder.mkdir()
        shutil.copy(TESTS / "golden" / case / "config.py", folder / "deploy.py")
        return load(folder), "core"

    return find
