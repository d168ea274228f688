"""Deploying dzgro again: without changes, with a failure, and after one changed line."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
import pytest

pytestmark = pytest.mark.slow

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Ran: TypeAlias = Any

HOME = "ap-south-1"
CORE = [HOME, "eu-west-1", "us-east-1", "us-west-2"]
ENVIRONMENTS = ["dev", "staging", "prod"]
FUNCTIONS = [
    "CognitoTrigger",
    "Api",
    "QueueModelMessageProcessor",
    "DzgroReportsS3Trigger",
    "RazorPayWebhook",
]
ONE_LINE = "APP = create_app()\n"
CHANGED_LINE = f"APP = create_app()  # {uuid.uuid4()}\n"
"""Never seen before, so that no earlier run has left its archive in the user's store."""
CHANGE = ("functions/Api/handler.py", ONE_LINE, CHANGED_LINE)
STAGING = '        Environment("staging", promote_from="dev"),\n'
AND_QA = f'        Environment("qa", promote_from="dev"),\n{STAGING}'


@dataclass(frozen=True, slots=True)
class Seen:
    """A deployment, and what was served before and after it."""

    ran: Ran
    stacks_before: dict[str, Any]
    stacks: dict[str, Any]
    versions_before: dict[tuple[str, str, str], str]
    versions: dict[tuple[str, str, str], str]
    published_before: dict[tuple[str, str], list[str]]
    published: dict[tuple[str, str], list[str]]


def deploy_and_see(project: Project) -> Seen:
    before = stacks(project), aliases(project), published(project)
    ran = project.deploy("core")
    after = stacks(project), aliases(project), published(project)
    return Seen(ran, *(each for pair in zip(before, after, strict=True) for each in pair))


def stacks(project: Project) -> dict[str, Any]:
    return {region: project.stacks(region)["dzgro-sam"] for region in CORE}


def published(project: Project) -> dict[tuple[str, str], list[str]]:
    """Return (function, region) -> its versions, as ListVersionsByFunction says."""

    def of(place: tuple[str, str]) -> list[str]:
        function, region = place
        pages = project.client("lambda", region).get_paginator("list_versions_by_function")
        answers = pages.paginate(FunctionName=f"{function}Function")
        return [each["Version"] for answer in answers for each in answer["Versions"]]

    return everywhere(project, of)


def aliases(project: Project) -> dict[tuple[str, str, str], str]:
    """Return (function, region, environment) -> version, as ListAliases says."""

    def of(place: tuple[str, str]) -> dict[str, str]:
        function, region = place
        answer = project.client("lambda", region).list_aliases(FunctionName=f"{function}Function")
        return {each["Name"]: each["FunctionVersion"] for each in answer["Aliases"]}

    found = everywhere(project, of)
    return {
        (*place, alias): version
        for place, versions in found.items()
        for alias, version in versions.items()
    }


def everywhere(project: Project, ask: Callable[[tuple[str, str]], Any]) -> dict[Any, Any]:
    """Return the answer for each function of core in each region."""
    places = [(function, region) for region in CORE for function in FUNCTIONS]
    for region in CORE:
        project.client("lambda", region)
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(places, pool.map(ask, places), strict=True))


def reversed_line() -> tuple[str, str, str]:
    """Return the edit that takes the changed line back."""
    path, old, new = CHANGE
    return path, new, old


def answered(project: Project, http: httpx.Client, region: str, environment: str) -> str:
    """Return the version that the API's health names."""
    version: str = http.get(f"{project.url(region, environment)}/api/health").json()["version"]
    return version


@pytest.fixture(scope="module")
def changed(dzgro: Project) -> Iterator[Seen]:
    """A deployment after one changed line, which stays there for what follows."""
    with dzgro.edited(*CHANGE):
        yield deploy_and_see(dzgro)


@pytest.fixture(scope="module")
def failed(dzgro: Project, changed: Seen) -> Seen:
    """A deployment of a new environment that cannot succeed.

    The new environment needs an alias that somebody has made by hand, for the last function of
    the stack: CloudFormation notices when most of the update is done.
    """
    assert 0 == changed.ran.code
    by_hand, name = dzgro.client("lambda", HOME), "RazorPayWebhookFunction"
    by_hand.create_alias(FunctionName=name, Name="qa", FunctionVersion="1")
    try:
        with dzgro.edited("deploy.py", STAGING, AND_QA):
            return deploy_and_see(dzgro)
    finally:
        by_hand.delete_alias(FunctionName=name, Name="qa")


@pytest.mark.fault(37)
def test_a_deployment_without_changes_does_nothing_and_says_so(dzgro: Project) -> None:
    """Nothing is built, sent, published or moved; the exit code is 0 and the text says it."""
    seen = deploy_and_see(dzgro)
    assert 0 == seen.ran.code, seen.ran.err
    document = seen.ran.json
    assert document["changed"] is False
    assert {"built": 0, "reused": 12} == document["build"]
    nothing = {"archives_new": 0, "bytes_sent": 0, "layers_published": 0}
    for region in CORE:
        found = document["regions"][region]
        assert nothing == {key: found[key] for key in nothing}
    assert [("dzgro-sam", "no changes", [])] * 4 == [
        (each["stack"], each["outcome"], each["changes"]) for each in document["stacks"]
    ]
    assert 0 == document["release"]["changed"]
    assert seen.stacks_before == seen.stacks
    assert seen.published_before == seen.published
    assert seen.versions_before == seen.versions
    said = r"^No changes: 4 stacks as they should be, in [\d.]+ s; dev "
    assert re.search(said, seen.ran.err, re.MULTILINE)


@pytest.mark.slow
def test_one_changed_line_builds_and_sends_one_archive(changed: Seen) -> None:
    """Only Api.zip is built, and every region gets only that and changes only that function."""
    assert 0 == changed.ran.code, changed.ran.err
    document = changed.ran.json
    assert {"built": 1, "reused": 11} == document["build"]
    built = [line for line in changed.ran.err.splitlines() if " built in " in line]
    assert ["Api.zip"] == [line.split(" built in ")[0].split()[-1] for line in built]
    for provided in document["regions"].values():
        assert (1, 0) == (provided["archives_new"], provided["layers_published"])
    assert {"UPDATE_COMPLETE"} == {status for status, _ in changed.stacks.values()}
    assert [[("Modify", "ApiFunction", "AWS::Lambda::Function")]] * 4 == [
        [(one["action"], one["logical_id"], one["type"]) for one in each["changes"]]
        for each in document["stacks"]
    ]
    assert "new versions of 1 function (ApiFunction)" in changed.ran.err


@pytest.mark.slow
def test_one_changed_line_publishes_one_version_per_region(changed: Seen) -> None:
    """Api has one version more in each region; every other function has those of before."""
    expected = {
        (function, region): len(versions) + (function == "Api")
        for (function, region), versions in changed.published_before.items()
    }
    assert expected == {place: len(versions) for place, versions in changed.published.items()}


@pytest.mark.slow
def test_only_dev_answers_with_a_changed_line(
    dzgro: Project, changed: Seen, http: httpx.Client
) -> None:
    """The alias of dev moves in every region; staging and prod stay at version 1."""
    moved = {
        place
        for place, version in changed.versions.items()
        if version != changed.versions_before[place]
    }
    assert {("Api", region, "dev") for region in CORE} == moved
    for region in (HOME, "us-west-2"):
        newest = changed.published["Api", region][-1]
        assert newest == answered(dzgro, http, region, "dev")
    for environment in ("staging", "prod"):
        assert "1" == answered(dzgro, http, HOME, environment)


@pytest.mark.slow
def test_a_failed_deployment_says_which_resource_failed_and_why(failed: Seen) -> None:
    """Exit code 4, the failing event as the cause, and what is live."""
    assert 4 == failed.ran.code, failed.ran.err
    error = failed.ran.json["error"]
    assert 4 == error["exit_code"]
    assert f"Stack `dzgro-sam` in `{HOME}` was not updated" == error["what"]
    assert "`RazorPayWebhookFunctionAliasQa` failed: " in error["why"]
    assert "RazorPayWebhookFunction:qa already exists" in error["why"]
    assert "every alias is where it was" in error["state"]
    assert "run the same command again" in error["hint"]
    assert "RazorPayWebhookFunctionAliasQa UPDATE_FAILED" in failed.ran.err
    assert "Traceback" not in failed.ran.err


@pytest.mark.fault(30)
@pytest.mark.slow
def test_a_failed_deployment_is_taken_back_and_stays_in_its_region(failed: Seen) -> None:
    """The home region's stack is rolled back; the others wait for it and are not touched."""
    assert "UPDATE_ROLLBACK_COMPLETE" == failed.stacks[HOME][0]
    for region in CORE[1:]:
        assert failed.stacks_before[region] == failed.stacks[region]


@pytest.mark.fault(30)
@pytest.mark.slow
def test_a_failed_deployment_moves_no_alias(
    dzgro: Project, failed: Seen, http: httpx.Client
) -> None:
    """Dev, staging and prod point at the versions of before, and answer with them."""
    assert failed.versions_before == failed.versions
    for environment in ENVIRONMENTS:
        expected = failed.versions_before["Api", HOME, environment]
        assert expected == answered(dzgro, http, HOME, environment)
    dev, staging = (failed.versions["Api", HOME, each] for each in ("dev", "staging"))
    assert (True, "1") == (int(dev) > 1, staging)


@pytest.mark.slow
def test_a_good_deployment_follows_a_failed_one(
    dzgro: Project, failed: Seen, http: httpx.Client
) -> None:
    """Without the cause the next deployment succeeds, and dev alone answers with it."""
    assert 4 == failed.ran.code
    with dzgro.edited(*reversed_line()):
        seen = deploy_and_see(dzgro)
    assert 0 == seen.ran.code, seen.ran.err
    assert {"UPDATE_COMPLETE"} == {status for status, _ in seen.stacks.values()}
    newest = seen.published["Api", HOME][-1]
    assert newest != failed.versions["Api", HOME, "dev"]
    assert newest == answered(dzgro, http, HOME, "dev")
    for environment in ("staging", "prod"):
        assert "1" == answered(dzgro, http, HOME, environment)
