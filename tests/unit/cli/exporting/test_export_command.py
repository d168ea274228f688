from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy.cli.exporting import python_tools
from sam_deploy.cli.main import main
from sam_deploy.cli.starting import projects
from sam_deploy.errors import ConfigError
from sam_deploy.export import files

WORKFLOW = Path(".github", "workflows", "sam-deploy.yml")
APP = """
from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="shop",
    home_region="eu-west-1",
    runtime="python3.13",
    environments=[
        Environment("prod", promote_from="staging"),
        Environment("staging", promote_from="dev"),
        Environment("dev"),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Web", source="web", runtime="nodejs22.x", handler="index.handler")],
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose environments are written in another order than they are promoted."""
    (tmp_path / "deploy.py").write_text(APP, encoding="utf-8")
    (tmp_path / "web").mkdir()
    return tmp_path


def export(project: Path, *arguments: str) -> int:
    return main(["-C", str(project), "export", *arguments])


def test_a_pipeline_knows_the_order_of_environments_and_what_there_is(project: Path) -> None:
    """Node for a function in TypeScript; tests only where there is a project for them."""
    assert 0 == export(project, "github-actions")
    text = (project / WORKFLOW).read_text(encoding="utf-8")
    assert "name: Deploy to dev" in text
    assert "setup-node" in text
    assert "pytest" not in text
    promote = (project / WORKFLOW).with_name("sam-deploy-promote.yml").read_text(encoding="utf-8")
    assert "options: [staging, prod]" in promote

    groups = '[dependency-groups]\ndev = ["pytest"]\n'
    (project / "pyproject.toml").write_text(groups, encoding="utf-8")
    assert 0 == export(project, "gitlab")
    jobs = yaml.safe_load((project / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    checks = "".join(jobs["check"]["script"])
    assert ["uv sync\n", "pytest\n"] == [
        word for word in ("uv sync\n", "pytest\n") if word in checks
    ]
    assert "ruff" not in checks
    assert ["promote-staging", "promote-prod"] == [each for each in jobs if "promote-" in each]


def test_a_tool_that_uv_sync_would_not_install_is_left_out_and_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its command would only fail; what to type brings it."""
    configured = '[dependency-groups]\ndev = ["pytest"]\n[tool.ruff]\n[tool.pytest]\n'
    (project / "pyproject.toml").write_text(configured, encoding="utf-8")
    assert 0 == export(project, "github-actions")
    text = (project / WORKFLOW).read_text(encoding="utf-8")
    assert ("ruff" in text, "uv run --no-sync pytest" in text) == (False, True)
    told = " ".join(capsys.readouterr().err.split())
    assert "ruff is left out: `pyproject.toml` has its settings" in told
    assert "`uv add --dev ruff`" in told
    assert "pytest is left out" not in told


@pytest.mark.parametrize("kind", [each.name for each in projects.KINDS])
def test_a_pipeline_of_a_new_project_lints_and_tests(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `init` writes names both tools, and this sam-deploy for its tests."""
    projects.write(tmp_path, projects.files_of(kind, "shop", "eu-west-1"))
    assert 0 == export(tmp_path, "gitlab")
    jobs = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    commands = "".join(jobs["check"]["script"]).splitlines()
    expected = ["uv sync", "uv run --no-sync ruff check", "uv run --no-sync pytest"]
    assert expected == [each for each in commands if each.startswith("uv ")]
    assert "left out" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("", ()),
        ("not toml", ()),
        ("project = 1\ndependency-groups = 2\n", ()),
        ('[project]\ndependencies = ["Ruff==1"]\n', ("ruff",)),
        ('[tool.uv]\ndev-dependencies = ["pytest-cov", "not a requirement"]\n', ("pytest",)),
        ('[dependency-groups]\nlint = ["ruff"]\n', ()),
        (
            """
            [tool.uv]
            default-groups = ["lint"]
            [dependency-groups]
            lint = ["ruff", {include-group = "tests"}]
            tests = ["pytest", {include-group = "lint"}]
            """,
            ("ruff", "pytest"),
        ),
        ('[tool.uv]\ndefault-groups = "all"\n[dependency-groups]\nx = ["ruff"]\n', ("ruff",)),
        ("[tool.uv]\ndefault-groups = 1\n[dependency-groups]\ndev = 1\n", ()),
        ('[project.optional-dependencies]\ndev = ["pytest"]\n', ()),
    ],
)
def test_a_tool_is_there_when_uv_sync_installs_it(text: str, tools: tuple[str, ...]) -> None:
    """Dependencies and default groups, with what these include; extras are not installed."""
    assert tools == python_tools.installed(text)


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        (["package.json", "web/package.json"], ["npm install"]),
        (
            ["package.json", "pnpm-lock.yaml", "web/package.json"],
            ["pnpm install --frozen-lockfile"],
        ),
        (["web/package.json", "web/package-lock.json"], ["(cd web && npm ci)"]),
        (["package.json", "web/package.json", "web/yarn.lock"], ["(cd web && yarn install"]),
        (["web/src.ts"], []),
    ],
)
def test_the_packages_of_functions_are_installed_where_their_lock_file_lies(
    project: Path, files: list[str], commands: list[str]
) -> None:
    """A workspace has its own outside; a function that stands alone has one beside itself."""
    for each in files:
        (project / each).write_text("{}\n", encoding="utf-8")
    assert 0 == export(project, "gitlab")
    jobs = yaml.safe_load((project / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    built = "\n".join(jobs["build"]["script"])
    assert "sam-deploy build" in built
    assert commands == [each for each in commands if each in built]
    assert bool(commands) == ("install" in built or "npm" in built)


def test_a_lock_file_of_the_old_yarn_is_told_from_one_of_the_new(project: Path) -> None:
    """Yarn 1 knows no `--immutable`."""
    (project / "package.json").write_text("{}\n", encoding="utf-8")
    (project / "yarn.lock").write_text("# yarn lockfile v1\n", encoding="utf-8")
    assert 0 == export(project, "github-actions")
    text = (project / WORKFLOW).read_text(encoding="utf-8")
    assert 2 == text.count("yarn install --frozen-lockfile")
    assert "--immutable" not in text


def test_what_was_changed_by_hand_is_not_written_over(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same again is no change; `--force` is what writes over."""
    assert [0, 0] == [export(project, "github-actions") for _ in range(2)]
    (project / WORKFLOW).write_text("name: mine\n", encoding="utf-8")
    assert 2 == export(project, "github-actions")
    assert "changed by hand; nothing was written" in capsys.readouterr().err
    assert "name: mine\n" == (project / WORKFLOW).read_text(encoding="utf-8")
    assert 0 == export(project, "github-actions", "--force")
    assert "name: Deploy\n" in (project / WORKFLOW).read_text(encoding="utf-8")


def test_a_picture_goes_where_it_is_wanted(project: Path) -> None:
    """Folders above it are made; of an app without links there are boxes alone."""
    picture = project / "docs" / "app.svg"
    assert 0 == export(project, "diagram", "--format", "svg", "--out", str(picture))
    assert picture.read_text(encoding="utf-8").startswith("<svg ")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    """A file stands where a folder would have to be; nothing is left behind."""
    (tmp_path / "taken").touch()
    with pytest.raises(ConfigError, match="was not written"):
        files.write(tmp_path / "taken" / "app.svg", "text")
    assert ["taken"] == [each.name for each in tmp_path.iterdir()]


ISOLATED = APP.replace('home_region="eu-west-1",', 'home_region="eu-west-1", topology="isolated",')
READS = re.compile(r":(Describe|Get|List|Filter|StartQuery|StopQuery)")


def iam(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return what `export iam` prints for an app with stacks for each environment."""
    (project / "deploy.py").write_text(ISOLATED, encoding="utf-8")
    assert 0 == export(project, "iam", "--account", "123456789012", *arguments)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def changed(found: dict[str, Any]) -> str:
    """Return the things that a role may do more with than look, as one text."""
    statements = [each for policy in found["policies"].values() for each in policy["Statement"]]
    return " ".join(
        resource
        for each in statements
        for resource in each["Resource"]
        if not all(READS.search(action) for action in each["Action"])
    )


def test_who_deploys_to_dev_changes_nothing_of_what_is_promoted_to(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody reviews a push to dev: its role owns dev's stacks, functions and settings alone."""
    found = iam(project, capsys, "--role", "deployer", "--trust", "github:acme/shop")
    (statement,) = found["trust"]["Statement"]
    said = json.dumps(statement)
    assert ("environment:dev" in said, "staging" in said, "prod" in said) == (True, False, False)
    things = changed(found)
    assert "dev" in things
    assert "staging" not in things
    assert "prod" not in things
    secrets = [each for each in json.dumps(found).split('"') if "secret:/" in each]
    assert secrets
    assert {True} == {each.endswith("secret:/shop/dev/*") for each in secrets}


def test_who_promotes_owns_what_is_promoted_to(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It looks at dev, and changes staging and prod."""
    found = iam(project, capsys, "--role", "promoter")
    things = changed(found)
    assert "dev" not in things
    assert "staging" in things
    assert "prod" in things


def test_a_role_of_one_environment_has_a_name_of_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of them are in one account; nothing is promoted to dev, so no role does it."""
    names = {
        iam(project, capsys, "--role", "promoter", "--environment", each)["role"]
        for each in ("staging", "prod")
    }
    assert {"shop-promoter-staging", "shop-promoter-prod"} == names
    arguments = ("--account", "123456789012", "--role", "promoter", "--environment", "dev")
    assert 2 == export(project, "iam", *arguments)
    assert "Nothing is promoted to `dev`" in capsys.readouterr().err
