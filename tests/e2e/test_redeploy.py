"""Deploying dzgro again: without changes, after one changed line, and when it fails."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HOME = "ap-south-1"
CORE = [HOME, "eu-west-1", "us-east-1", "us-west-2"]
CORE_FUNCTIONS = [
    "CognitoTrigger",
    "Api",
    "QueueModelMessageProcessor",
    "DzgroReportsS3Trigger",
    "RazorPayWebhook",
]


def published(project: Project) -> dict[tuple[str, str], list[str]]:
    """Return (function, region) -> its versions, as ListVersionsByFunction says."""

    def of(place: tuple[str, str]) -> list[str]:
        function, region = place
        pages = project.client("lambda", region).get_paginator("list_versions_by_function")
        answers = pages.paginate(FunctionName=f"{function}Function")
        return [each["Version"] for answer in answers for each in answer["Versions"]]

    places = [(function, region) for region in CORE for function in CORE_FUNCTIONS]
    for region in CORE:
        project.client("lambda", region)
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(places, pool.map(of, places), strict=True))


def answers(project: Project, http: httpx.Client, environment: str) -> dict[str, dict[str, Any]]:
    """Return what an environment's API says of its health, by region."""
    urls = {region: project.url(region, environment) for region in CORE}
    return {region: http.get(f"{url}/api/health").json() for region, url in urls.items()}


def test_a_deployment_without_changes_does_nothing_and_says_so(dzgro: Project) -> None:
    """Nothing is built, sent, published or moved; the exit code is 0 and the text says it."""
    before, served = published(dzgro), dzgro.versions()
    ran = dzgro.deploy("core")
    assert 0 == ran.code, ran.err
    document = ran.json
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
    assert before == published(dzgro)
    assert served == dzgro.versions()
    assert re.search(r"^No changes: 4 stacks as they should be, in [\d.]+ s; dev ", ran.err, re.M)


def test_one_changed_line_is_one_archive_and_one_version_for_dev_alone(
    dzgro: Project, http: httpx.Client
) -> None:
    """Only Api is built, sent and published; dev answers with it, staging and prod do not."""
    before, served = published(dzgro), dzgro.versions()
    path = "functions/Api/handler.py"
    with dzgro.edited(path, "lifespan=", "text_mime_types=['text/'], lifespan="):
        ran = dzgro.deploy("core")
        assert 0 == ran.code, ran.err
        document = ran.json
        assert {"built": 1, "reused": 11} == document["build"]
        built = [line for line in ran.err.splitlines() if " built in " in line]
        assert 1 == len(built)
        assert "Api.zip" in built[0]
        new = {region: each["archives_new"] for region, each in document["regions"].items()}
        assert dict.fromkeys(CORE, 1) == new
        assert [[("Modify", "ApiFunction", "AWS::Lambda::Function")]] * 4 == [
            [(one["action"], one["logical_id"], one["type"]) for one in each["changes"]]
            for each in document["stacks"]
        ]
        moved = [each for each in document["release"]["functions"] if each["changed"]]
        assert {("ApiFunction", region, "dev") for region in CORE} == {
            (each["function"], each["region"], each["alias"]) for each in moved
        }
        after = published(dzgro)
        for place, versions in before.items():
            assert len(versions) + (place[0] == "Api") == len(after[place]), place
        newest = {region: after["Api", region][-1] for region in CORE}
        assert newest == {
            region: each["version"] for region, each in answers(dzgro, http, "dev").items()
        }
        for environment in ("staging", "prod"):
            old = {region: served["Api", region, environment] for region in CORE}
            assert old == {
                region: each["version"]
                for region, each in answers(dzgro, http, environment).items()
            }
        assert "new versions of 1 function (ApiFunction)" in ran.err
    assert 0 == dzgro.deploy("core").code


@pytest.mark.slow
def test_a_deployment_that_failed_and_rolled_back_moves_no_alias(
    dzgro: Project, http: httpx.Client
) -> None:
    """CloudFormation takes everything back, and every environment answers as before.

    A new environment needs an alias that somebody has already made by hand, so the stack of the
    home region fails half way; the other regions are not touched. The same file without the
    cause then deploys.
    """
    served, stacks = dzgro.versions(), [dzgro.stacks(region) for region in CORE[1:]]
    by_hand = dzgro.client("lambda", HOME)
    name = "RazorPayWebhookFunction"
    by_hand.create_alias(FunctionName=name, Name="qa", FunctionVersion="1")
    environments = '        Environment("staging", promote_from="dev"),\n'
    try:
        with (
            dzgro.edited("deploy.py", environments, QA + environments),
            dzgro.edited("functions/Api/handler.py", "lifespan=", "exclude_headers=[], lifespan="),
        ):
            ran = dzgro.deploy("core")
    finally:
        by_hand.delete_alias(FunctionName=name, Name="qa")
    assert 4 == ran.code, ran.err
    error = ran.json["error"]
    assert 4 == error["exit_code"]
    assert f"Stack `dzgro-sam` in `{HOME}` was not updated" == error["what"]
    assert "`RazorPayWebhookFunctionAliasQa` failed: " in error["why"]
    assert "RazorPayWebhookFunction:qa already exists" in error["why"]
    assert "every alias is where it was" in error["state"]
    assert "RazorPayWebhookFunctionAliasQa UPDATE_FAILED" in ran.err
    assert "Traceback" not in ran.err
    assert "UPDATE_ROLLBACK_COMPLETE" == dzgro.stacks(HOME)["dzgro-sam"][0]
    assert stacks == [dzgro.stacks(region) for region in CORE[1:]]
    assert served == dzgro.versions()
    for environment in ("dev", "staging", "prod"):
        old = {region: served["Api", region, environment] for region in CORE}
        seen = answers(dzgro, http, environment)
        assert old == {region: each["version"] for region, each in seen.items()}
    again = dzgro.deploy("core")
    assert 0 == again.code, again.err
    assert "UPDATE_COMPLETE" == dzgro.stacks(HOME)["dzgro-sam"][0]


QA = '        Environment("qa", promote_from="dev"),\n'
