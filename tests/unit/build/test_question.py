from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sam_deploy.build.question import Question, nearest
from sam_deploy.build.requirements import Index, Requested
from sam_deploy.plan.model import Target


def test_what_is_pinned_to_an_index_is_asked_for_by_a_project(
    tmp_path: Path, target: Target
) -> None:
    """No requirements file can say which index one package comes from."""
    requested = Requested(
        requirements=["six", "My_Own>=1"],
        constraints=["six<2"],
        options=["--find-links wheels"],
        indexes=[Index("corp", "https://h/simple", explicit=True)],
        pins={"my-own": "corp"},
    )
    question = Question(tmp_path, requested, target, "unit")
    question.write()
    written = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    assert ["My_Own>=1"] == written["project"]["dependencies"]
    index = {"name": "corp", "url": "https://h/simple", "default": False, "explicit": True}
    assert {"sources": {"my-own": {"index": "corp"}}, "index": [index]} == written["tool"]["uv"]
    assert "--find-links wheels\nsix" == (tmp_path / "requirements.in").read_text()
    assert str(tmp_path / "pyproject.toml") in question.arguments()


def test_versions_are_excluded_besides_the_users_constraints(
    tmp_path: Path, target: Target
) -> None:
    """Theirs still hold."""
    question = Question(tmp_path, Requested(constraints=["six<2"]), target, "unit")
    question.write()
    question.exclude(["numpy!=2.4.6"])
    assert "six<2\nnumpy!=2.4.6" == (tmp_path / "constraints.txt").read_text()
    assert "--no-deps" not in question.arguments()


def test_of_a_whole_lock_nothing_is_followed(tmp_path: Path, target: Target) -> None:
    """Its versions are all there is to install."""
    question = Question(tmp_path, Requested(complete=True), target, "unit")
    question.write()
    assert "--no-deps" == question.arguments()[-1]


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("--index-url https://h", True),
        ("-i https://h", True),
        ("--no-index", True),
        ("-f w", False),
    ],
)
def test_an_index_in_the_requirements_is_the_one_that_is_asked(
    tmp_path: Path, target: Target, option: str, *, names: bool
) -> None:
    """Then nothing of pip's settings is added."""
    question = Question(tmp_path, Requested(options=[option]), target, "unit")
    assert names is question.names_indexes


@pytest.mark.parametrize(("glibc", "asked"), [(26, 28), (34, 34), (99, 40)])
def test_the_nearest_platform_is_never_an_older_one(glibc: int, asked: int) -> None:
    """What is chosen too new can be refused; what is not offered cannot be chosen."""
    options = nearest(Target("python3.11", "3.11.13", "arm64", (2, glibc)))
    assert f"aarch64-manylinux_2_{asked}" == options[-1]
