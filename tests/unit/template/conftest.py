"""Small apps and golden cases, rendered."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.config import load
from sam_deploy.config.declare import changed
from sam_deploy.plan.model import Request, StackPlan
from sam_deploy.plan.stacks import stacks_of
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


def stack_of(app: App, feature_set: str, environment: str = "") -> StackPlan:
    wanted = () if environment == "local" else (feature_set,)
    return stacks_of(app, Request(wanted, environment=environment))[0]


def keys_of(app: App) -> dict[str, str]:
    units = [f"function/{function.name}" for function in app.functions]
    return {unit: f"{hashlib.sha256(unit.encode()).hexdigest()}.zip" for unit in units}


def rendered(
    app: App, feature_set: str = "core", environment: str = "", **changed_keys: str
) -> Rendered:
    keys = keys_of(app) | {f"function/{name}": key for name, key in changed_keys.items()}
    template = render(app, stack_of(app, feature_set, environment), keys)
    return Rendered(template, _read(template.body))


def _read(body: str) -> dict[str, Any]:
    """Return what a template says, by libyaml where it is: the reader in Python takes ten times."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(body, loader)  # noqa: S506 - it makes plain values only
    return document


@pytest.fixture(scope="session")
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


@dataclass(frozen=True)
class GoldenStack:
    """One stack of a golden case, and the file that holds its reviewed text."""

    app: App
    stack: StackPlan
    file: Path

    @property
    def rendered(self) -> Rendered:
        """The stack, rendered."""
        template = render(self.app, self.stack, keys_of(self.app))
        return Rendered(template, _read(template.body))


def golden_stacks(folder: Path) -> Iterator[GoldenStack]:
    """Yield every stack of a case: all environments of an isolated app, and the local one."""
    config = folder / "config.py"
    app = _loaded(config) if config.is_file() else load(EXAMPLE)
    if folder.name.endswith("_isolated") and not config.is_file():
        app = changed(app, topology="isolated")
    isolated = app.topology == "isolated"
    environments = [each.name for each in app.environments] if isolated else [""]
    if folder.name == "dzgro_local":
        environments = ["local"]
    stacks = [each for e in environments for each in stacks_of(app, Request(environment=e))]
    for stack in stacks:
        name = "template.yaml" if len(stacks) == 1 else f"{stack.name}.yaml"
        yield GoldenStack(app, stack, folder / name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `golden` once for every stack of every golden case."""
    if "golden" not in metafunc.fixturenames:
        return
    cases = [
        each
        for each in sorted((TESTS / "golden").iterdir())
        if each.is_dir() and each.name != "__pycache__"
    ]
    stacks = {
        f"{folder.name}-{each.stack.name}": each
        for folder in cases
        if not folder.name.startswith("error_")
        for each in golden_stacks(folder)
    }
    metafunc.parametrize("golden", stacks.values(), ids=list(stacks))


def _loaded(config: Path) -> App:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(config, Path(folder, "deploy.py"))
        return load(Path(folder))


@pytest.fixture
def isolated() -> Callable[[App], App]:
    """Makes the same app in the isolated topology."""
    return lambda app: changed(app, topology="isolated")
