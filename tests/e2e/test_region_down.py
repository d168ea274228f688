"""A region that does not answer: what the others serve is shown all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.e2e import shifting

pytestmark = pytest.mark.long
Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
HOME, OTHER = shifting.REGIONS


@pytest.fixture(scope="module")
def deployed_once(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    folder = tmp_path_factory.mktemp("down")
    shifting.write(folder, 0, 1)
    return deployed(folder)


@pytest.fixture(params=[OTHER, HOME])
def down(deployed_once: Project, request: pytest.FixtureRequest) -> Iterator[tuple[Project, str]]:
    """The app, and a region of it that is down; the home region is one of them."""
    ran = deployed_once.run("cloud", "fault", "add", "--region", request.param, "--outage")
    assert 0 == ran.code, ran.err
    yield deployed_once, request.param
    deployed_once.run("cloud", "fault", "remove", "--all")


def test_status_shows_the_other_regions(down: tuple[Project, str]) -> None:
    """Exit 7; the region that is silent is named, and how long it was waited for."""
    project, silent = down
    other = next(each for each in shifting.REGIONS if each != silent)
    ran = project.run("status", "--target", "embedded")
    assert 7 == ran.code, ran.err
    assert other in ran.out
    assert silent not in ran.out
    assert "1 of 2 regions could not be read" in ran.err
    assert f"`{silent}`" in ran.err


def test_its_json_is_one_document(down: tuple[Project, str]) -> None:
    """The rows of the others, and nothing behind them."""
    project, silent = down
    ran = project.run("status", "--target", "embedded", "--json")
    assert 7 == ran.code, ran.err
    assert {each["region"] for each in ran.json} == {*shifting.REGIONS} - {silent}
