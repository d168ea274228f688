"""What `init` writes: complete, valid whatever it is called, and never over anything."""

from __future__ import annotations

import errno
import os
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import is_normalized_name

from sam_deploy import __version__, config, plan
from sam_deploy.cli.starting import projects
from sam_deploy.errors import ConfigError, RefusedError, RolledBackError

ROOT = Path(__file__).parents[4]
KINDS = [each.name for each in projects.KINDS]
ALWAYS = {"deploy.py", "README.md", ".gitignore", "pyproject.toml", "tests/test_app.py"}
LONGEST = "a" * 30 + "-"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["orders", LONGEST])
def test_a_project_loads_and_plans_without_a_warning(tmp_path: Path, kind: str, name: str) -> None:
    """Also with the longest name that is let through, from which names of buckets are made."""
    projects.refuse_long(name, "ap-southeast-2")
    files = projects.files_of(kind, name, "ap-southeast-2")
    assert set() == ALWAYS - files.keys()
    assert {} == {path: text for path, text in files.items() if "{{" in text}
    projects.write(tmp_path / "new", files)
    app = config.load(tmp_path / "new")
    planned = plan.make(app, tmp_path / "new", plan.Request())
    assert (name, ("ap-southeast-2",), ()) == (app.name, planned.regions, planned.warnings)
    assert any(path.startswith("functions/") for path in files)


@pytest.mark.parametrize("name", ["orders", LONGEST, "pytest", "a--b"])
def test_a_project_asks_for_the_sam_deploy_that_made_it(name: str) -> None:
    """On the Pythons that it runs on; the project's own name is a good one, and no tool's."""
    text = projects.files_of("api", name, "eu-west-1")["pyproject.toml"]
    made = tomllib.loads(text)
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(each) for each in made["dependency-groups"]["dev"]]
    assert ["pytest", "ruff", "sam-deploy"] == [each.name for each in asked]
    assert f"=={__version__}" == str(asked[-1].specifier)
    assert own["requires-python"] == made["project"]["requires-python"]
    assert is_normalized_name(re.sub("-+", "-", made["project"]["name"]))
    assert made["project"]["name"] not in {each.name for each in asked}


def test_every_skeleton_belongs_to_a_kind() -> None:
    """None is left over, and none has a file that would be left out."""
    folders = {each.name for each in projects.SKELETONS.iterdir()}
    assert {*KINDS, projects.SHARED} == folders
    others = [each for each in projects.SKELETONS.rglob("*") if each.is_file()]
    assert [] == [each for each in others if each.suffix != ".txt"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [("orders", "orders"), ("My Orders_2", "my-orders-2"), ("-Shop-", "shop")],
)
def test_the_name_of_the_folder_names_the_app(folder: str, name: str) -> None:
    """Made into one that an app may have."""
    assert name == projects.checked_name("", Path("/") / folder)


@pytest.mark.parametrize("name", ["Orders", "o", "a" * 33, "4you", "a_b", "a\n", 'a"'])
def test_a_name_that_the_configuration_would_refuse_is_refused(name: str) -> None:
    """Before a file is written."""
    with pytest.raises(ConfigError, match="An app cannot be called") as error:
        projects.checked_name(name, Path("/shop"))
    assert ("--name shop" in error.value.hint, "2-32" in error.value.why) == (True, True)


@pytest.mark.parametrize("folder", ["", "4", "1st", "_"])
def test_a_folder_that_gives_no_name_asks_for_one(folder: str) -> None:
    """Rather than to invent one."""
    with pytest.raises(ConfigError, match="No name for the app") as error:
        projects.checked_name("", Path("/") / folder)
    assert "--name" in error.value.hint


def test_a_name_that_is_too_long_for_the_region_is_refused() -> None:
    """With one that is not; in a region with a short name it may be longer."""
    projects.refuse_long(f"{LONGEST}a", "eu-west-1")
    with pytest.raises(ConfigError, match="too long for an app in ap-southeast-2") as error:
        projects.refuse_long(f"{LONGEST}a", "ap-southeast-2")
    assert f"use 1 less: `--name {'a' * 30}`" == error.value.hint


def test_a_region_that_aws_has_not_is_refused_with_the_nearest() -> None:
    """As everywhere."""
    with pytest.raises(ConfigError, match="no region `eu-wset-1`") as error:
        projects.checked_region("eu-wset-1")
    assert "did you mean `eu-west-1`?" == error.value.hint


def test_nothing_is_overwritten_and_everything_in_the_way_is_named(tmp_path: Path) -> None:
    """Files, links that lead nowhere, and a file where a folder would be; nothing is written."""
    (tmp_path / "deploy.py").write_text("mine", encoding="utf-8")
    (tmp_path / "tests").write_text("mine", encoding="utf-8")
    (tmp_path / "README.md").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RefusedError) as error:
        projects.write(tmp_path, projects.files_of("api", "shop", "eu-west-1"))
    assert {"deploy.py", "README.md", "tests (is no folder)"} == set(error.value.problems)
    assert before == sorted(tmp_path.iterdir())
    assert "mine" == (tmp_path / "deploy.py").read_text(encoding="utf-8")


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """It is named, and stays."""
    (tmp_path / "shop").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError) as error:
        projects.write(tmp_path / "shop", {"deploy.py": ""})
    assert ("shop (is no folder)",) == error.value.problems


def test_other_files_may_be_there(tmp_path: Path) -> None:
    """A repository that was just made has some, and they stay."""
    (tmp_path / "LICENSE").write_text("mine", encoding="utf-8")
    projects.write(tmp_path, {"deploy.py": "x", "tests/test_app.py": "y"})
    assert "mine" == (tmp_path / "LICENSE").read_text(encoding="utf-8")
    assert "y" == (tmp_path / "tests" / "test_app.py").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_taken_back(tmp_path: Path) -> None:
    """A name that no file can have stops it halfway: folders that it made go as well."""
    files = {"new/deploy.py": "x", f"{'n' * 300}.py": "y"}
    with pytest.raises(RolledBackError, match="was not written") as error:
        projects.write(tmp_path / "shop", files)
    assert os.strerror(errno.ENAMETOOLONG) in error.value.why
    assert [] == list(tmp_path.iterdir())
