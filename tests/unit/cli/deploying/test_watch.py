from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.cli.deploying import contexts
from sam_deploy.cli.options import Globals
from sam_deploy.errors import RefusedError

DEPLOY = """\
from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="shop",
    home_region="eu-west-1",
    topology="isolated",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", memory_mb=256, timeout_seconds=10)],
)
"""


@pytest.fixture
def chosen(tmp_path: Path) -> Globals:
    """A project whose environments have stacks of their own."""
    (tmp_path / "deploy.py").write_text(DEPLOY, encoding="utf-8")
    (tmp_path / "functions" / "api").mkdir(parents=True)
    return Globals(tmp_path, None)


@pytest.mark.parametrize("environment", ["prod", "local"])
def test_only_the_first_environment_is_watched_for(chosen: Globals, environment: str) -> None:
    """Named by an option; the error says which one it would be."""
    with pytest.raises(RefusedError) as raised:
        contexts.refuse_other_environments(chosen, environment)
    assert "dev" in raised.value.hint


def test_an_environment_that_env_preselects_is_refused_too(
    chosen: Globals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be deployed to, although nobody has typed its name."""
    monkeypatch.setenv("ENV", "prod")
    with pytest.raises(RefusedError):
        contexts.refuse_other_environments(chosen, None)


@pytest.mark.parametrize("environment", [None, "dev"])
def test_the_first_environment_is_watched_for(chosen: Globals, environment: str | None) -> None:
    """With and without its name."""
    contexts.refuse_other_environments(chosen, environment)
