"""Promotions from the dashboard: where environments have own stacks, and behind a broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from tests.e2e import dashboard, shifting

pytestmark = pytest.mark.long

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]
PROD: Final = {"kind": "promote", "environment": "prod"}
BROKER: Final = "tiny-broker"


@pytest.fixture
def written(tmp_path: Path, project_in: Callable[[Path], Project]) -> Callable[[str, str], Project]:
    """Return a maker of the app, with one text of its configuration replaced."""

    def make(old: str, new: str) -> Project:
        folder = tmp_path / "tiny"
        folder.mkdir()
        shifting.write(folder, 0.0, 0)
        file = folder / "deploy.py"
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count(old)
        file.write_text(text.replace(old, new), encoding="utf-8")
        return project_in(folder)

    return make


def code_of(project: Project, region: str, function: str, environment: str) -> str:
    """Return the hash of the code that an alias serves, as Lambda says."""
    found = project.client("lambda", region).get_function_configuration(
        FunctionName=function, Qualifier=environment
    )
    sha256: str = found["CodeSha256"]
    return sha256


def test_stacks_of_their_own_are_promoted_from_the_page(
    written: Callable[[str, str], Project],
) -> None:
    """The very archives of dev are deployed to prod's stacks, in both regions, after the code."""
    project = written('name="tiny",', 'name="tiny",\n    topology="isolated",')
    try:
        first = project.deploy()
        assert 0 == first.code, first.err
        with dashboard.served(project) as ui:
            page = ui.page()
            job = page.begin(**PROD)
            shown = page.agree(job, project)
            done = page.ended(job)
        assert "done" == done["state"], done
        said = "\n".join((*shown["plan"]["changes"], *shown["plan"]["lines"]))
        for part in ("new stack", "to add", "first; aliases move when", "serves at once"):
            assert part in said
        assert {"eu-west-1", "us-east-1"} == {each["region"] for each in shown["plan"]["rows"]}
        for region in shifting.REGIONS:
            assert "tiny-sam-prod" in project.stacks(region)
            assert code_of(project, region, "HelloDevFunction", "dev") == code_of(
                project, region, "HelloProdFunction", "prod"
            )
    finally:
        project.run("cloud", "stop")


@pytest.fixture(params=["shared", "isolated"])
def brokered(
    written: Callable[[str, str], Project], request: pytest.FixtureRequest
) -> Iterator[Project]:
    """The app with a broker that stands, deployed; with a newer version in dev."""
    ours = f'promotion=Promotion(\n        broker="{BROKER}",'
    if request.param == "isolated":
        ours = f'topology="isolated",\n    {ours}'
    project = written("promotion=Promotion(", ours)
    try:
        file = str(project.folder / "broker.yaml")
        made = project.run("broker", "template", "--out", file)
        assert 0 == made.code, made.err
        own = ("--template", file, "--stack-name", BROKER, "--region", "eu-west-1")
        for arguments in (own, ()):
            ran = project.deploy(*arguments)
            assert 0 == ran.code, ran.err
        shifting.write_handlers(project.folder, 1)
        ran = project.deploy()
        assert 0 == ran.code, ran.err
        yield project
    finally:
        project.run("cloud", "stop")


def test_a_broker_takes_the_code_that_the_page_asks_for(brokered: Project) -> None:
    """The broker mails it, refuses a wrong one, and moves every alias; in either topology."""
    with dashboard.served(brokered) as ui:
        page = ui.page()
        job = page.begin(**PROD)
        before = len(shifting.mails(brokered.endpoint))
        page.answer(job, "confirm", "yes")
        page.answer(job, "name", "tiny")
        page.asked(job, "code")
        right = dashboard.code(brokered, before)
        page.answer(job, "code", f"{(int(right) + 1) % 10**6:06d}")
        page.until(job, lambda it: bool(it["question"]) and it["question"]["attempts_left"] == 2)
        page.answer(job, "code", right)
        done = page.ended(job)
    assert "done" == done["state"], done
    apart = "tiny-sam-prod" in brokered.stacks("eu-west-1")
    names = ("HelloDevFunction", "HelloProdFunction") if apart else ("HelloFunction",) * 2
    for region in shifting.REGIONS:
        dev, prod = zip(names, ("dev", "prod"), strict=True)
        assert code_of(brokered, region, *dev) == code_of(brokered, region, *prod)
    newest = brokered.run("history", "prod", "--json", "--target", "embedded").json
    assert "code of the broker to ops@example.com" == newest["releases"][0]["approval"]
