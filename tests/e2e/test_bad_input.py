"""Mistakes of the user: one clear error each, the right exit code, and nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Ran: TypeAlias = Any
Make: TypeAlias = Callable[..., Project]

LAYERS = 'layers=["greetings"]'


def refused(ran: Ran, code: int) -> dict[str, Any]:
    """Return the one error of a command, after a look at how it was told."""
    assert code == ran.code, ran.err
    assert "Traceback" not in ran.err
    assert 1 == len(re.findall("^error: ", ran.err, re.MULTILINE)), ran.err
    error: dict[str, Any] = ran.json["error"]
    assert {"what", "why", "state", "hint", "more", "problems", "exit_code"} == set(error)
    assert code == error["exit_code"]
    assert error["what"] in ran.err
    assert error["hint"]
    return error


def state(project: Project) -> dict[str, Any]:
    """Return what a deployment could have changed in the two regions of the project."""
    found = {}
    for region in ("eu-west-1", "us-east-1"):
        function = project.client("lambda", region)
        buckets = project.client("s3", region)
        artifacts = f"tiny-sam-000000000000-{region}"
        found[region] = {
            "stacks": project.stacks(region),
            "function": function.get_function_configuration(FunctionName="HelloFunction"),
            "aliases": function.list_aliases(FunctionName="HelloFunction")["Aliases"],
            "artifacts": [
                each["Key"]
                for each in buckets.list_objects_v2(Bucket=artifacts).get("Contents", [])
            ],
        }
        found[region]["function"].pop("ResponseMetadata")
    found["buckets"] = [
        each["Name"] for each in project.client("s3", "eu-west-1").list_buckets()["Buckets"]
    ]
    return found


@pytest.fixture
def unchanged(tiny: Project) -> Iterator[None]:
    """The small project's cloud is after the test as it was before it."""
    before = state(tiny)
    yield
    assert before == state(tiny)


@pytest.mark.usefixtures("unchanged")
def test_every_mistake_in_the_file_is_told_at_once(tiny: Project) -> None:
    """An unknown layer, queue and region and too little memory are four lines of one error."""
    file = tiny.folder / "deploy.py"
    before = file.read_text(encoding="utf-8")
    wrong = (
        before.replace(LAYERS, 'layers=["greeting"]')
        .replace('"Jobs", "tiny-files"', '"Job", "tiny-files"')
        .replace("'us-east-1'", "'us-esat-1'")
        .replace("memory_mb=256", "memory_mb=100")
    )
    file.write_text(wrong, encoding="utf-8")
    try:
        error = refused(tiny.deploy(), 2)
    finally:
        file.write_text(before, encoding="utf-8")
    assert "`deploy.py` has 4 mistakes" == error["what"], error
    told = error["problems"]
    assert 4 == len(told), told
    for path, reason in (
        ('functions["Hello"].layers', "greetings"),
        ('functions["Hello"].uses', "Jobs"),
        ('feature_sets["core"].regions', "us-east-1"),
        ('functions["Hello"].memory_mb', "128"),
    ):
        assert [True] == [reason in each for each in told if path in each], told


@pytest.mark.long
@pytest.mark.usefixtures("unchanged")
def test_a_syntax_error_shows_the_line_of_the_user(tiny: Project) -> None:
    """The user's line and its number, and none of ours."""
    with tiny.edited("deploy.py", 'home_region="eu-west-1",', 'home_region="eu-west-1'):
        error = refused(tiny.deploy(), 2)
    assert "`deploy.py` line 7 is not valid Python" == error["what"]
    assert 'home_region="eu-west-1' in error["why"]
    assert "correct line 7" in error["hint"]


@pytest.mark.long
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("deploy.py", LAYERS, f'{LAYERS}, handler="main.handler"', "`main.py`"),
        ("deploy.py", LAYERS, f'{LAYERS}, handler="handler.main"', "does not define `main`"),
        ("functions/Hello/handler.py", "def handler(", "def handle(", "it defines"),
    ],
    ids=["file", "function", "renamed"],
)
def test_a_handler_that_is_missing_stops_before_anything_is_sent(
    tiny: Project, file: str, old: str, new: str, said: str
) -> None:
    """The error names the function, its handler, and what was found instead."""
    with tiny.edited(file, old, new):
        error = refused(tiny.deploy(), 3)
    assert re.fullmatch("Function `Hello` has no handler `[a-z.]+`", error["what"])
    assert said in error["why"]


@pytest.mark.long
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("requirement", "what"),
    [
        ("no-such-requirement-of-anybody==1.0", "dependencies of `Hello` cannot be resolved"),
        ("psycopg2==2.9.10", "`psycopg2` 2.9.10 has no wheel for "),
        ("uwsgi==2.0.28", "`uwsgi` 2.0.28, which has no wheels, could not be built"),
    ],
    ids=["unknown", "windows only", "native source only"],
)
def test_a_requirement_that_cannot_run_on_lambda_stops_before_anything_is_sent(
    tiny: Project, requirement: str, what: str
) -> None:
    """Unknown, without a wheel for the target, or native source: each says which and why."""
    with tiny.edited("deploy.py", LAYERS, f'{LAYERS}, requirements=["{requirement}"]'):
        error = refused(tiny.deploy(), 3)
    assert what in error["what"]
    assert requirement.partition("=")[0] in f"{error['what']} {error['why']}"
    assert error["why"]


@pytest.mark.long
@pytest.mark.usefixtures("unchanged")
def test_an_unknown_feature_set_is_refused_with_the_known_ones(tiny: Project) -> None:
    """The error lists what there is."""
    error = refused(tiny.deploy("nosuch"), 2)
    assert "There is no feature set `nosuch`" == error["what"]
    assert "core" in f"{error['why']} {error['hint']}"


@pytest.mark.long
@pytest.mark.usefixtures("unchanged")
def test_an_unknown_region_is_refused_with_the_nearest_one(tiny: Project) -> None:
    """A slip of the finger is answered with what was probably meant."""
    error = refused(tiny.deploy("--region", "eu-west-2"), 2)
    assert "There is no region `eu-west-2`" == error["what"]
    assert "did you mean `eu-west-1`?" == error["hint"]


@pytest.mark.long
def test_a_mistake_on_the_command_line_starts_no_cloud(make_tiny: Make) -> None:
    """What is wrong without looking anywhere is said before anything is started."""
    project = make_tiny()
    refused(project.deploy("nosuch"), 2)
    assert {"running": False} == project.cloud()


def test_a_folder_without_a_project_says_what_a_project_is(make_tiny: Make, tmp_path: Path) -> None:
    """A newcomer in the wrong folder is told what is missing and how to go on."""
    project = make_tiny()
    (project.folder / "deploy.py").unlink()
    error = refused(project.deploy(), 2)
    assert "There is no `deploy.py`" in error["what"]
    assert "sam-deploy demo" in error["hint"]
    assert not (tmp_path / "tiny" / ".sam-deploy").exists()
