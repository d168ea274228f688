"""The first deployment of dzgro: what the command says, and the API that answers afterwards."""

from __future__ import annotations

import uuid
from typing import Any, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HOME = "ap-south-1"
CORE = [HOME, "eu-west-1", "us-east-1", "us-west-2"]
AMS = ["eu-west-1", "us-east-1", "us-west-2"]
ENVIRONMENTS = ["dev", "staging", "prod"]
CORE_FUNCTIONS = [
    "CognitoTrigger",
    "Api",
    "QueueModelMessageProcessor",
    "DzgroReportsS3Trigger",
    "RazorPayWebhook",
]
AMS_FUNCTIONS = ["AmsChange", "AmsPerformance"]


def test_a_first_deployment_creates_every_stack_in_every_region(dzgro: Project) -> None:
    """Seven places: core in four regions, ams in three, each created and none left out."""
    expected = {("dzgro-sam", region, "created") for region in CORE}
    expected |= {("dzgro-sam-ams", region, "created") for region in AMS}
    stacks = dzgro.first.json["stacks"]
    assert expected == {(each["stack"], each["region"], each["outcome"]) for each in stacks}
    assert 7 == len(stacks)


def test_the_home_region_goes_first(dzgro: Project) -> None:
    """The home region is the gatekeeper: it is done before another stack is executed.

    Change sets of all regions are made before; they change nothing.
    """
    lines = dzgro.first.err.splitlines()
    done = [number for number, each in enumerate(lines) if " created in " in each]
    assert f"{HOME} dzgro-sam" in lines[done[0]]
    executed = [number for number, each in enumerate(lines) if "[6/8]" in each]
    assert f"{HOME} dzgro-sam" in lines[executed[0]]
    assert done[0] < executed[1]
    reviewed = [number for number, each in enumerate(lines) if "[5/8]" in each]
    assert (7, True) == (len(reviewed), reviewed[-1] < executed[0])


def test_the_json_of_a_deployment_is_as_documented(dzgro: Project) -> None:
    """Standard output is one JSON document whose keys scripts can rely on."""
    document = dzgro.first.json
    expected = {"app", "target", "account", "changed", "seconds"}
    expected |= {"build", "regions", "stacks", "release"}
    assert expected == set(document)
    assert ("dzgro", "embedded", "000000000000", True) == tuple(
        document[key] for key in ("app", "target", "account", "changed")
    )
    assert {"built", "reused"} == set(document["build"])
    assert set(CORE) == set(document["regions"])
    for region, provided in document["regions"].items():
        assert {"bucket", "archives_new", "bytes_sent", "layers_published"} == set(provided)
        assert f"dzgro-sam-000000000000-{region}" == provided["bucket"]
    for stack in document["stacks"]:
        keys = {"stack", "region", "outcome", "seconds", "changes", "outputs"}
        assert keys == set(stack)
        assert {"action", "logical_id", "type", "replacement"} == set(stack["changes"][0])
    assert {"environment", "changed", "functions"} == set(document["release"])
    for moved in document["release"]["functions"]:
        keys = {"function", "region", "alias", "version", "previous", "changed"}
        assert keys == set(moved)


def test_archives_leave_this_computer_once(dzgro: Project) -> None:
    """Fourteen archives are sent to the home region; the others get copies from there."""
    regions = dzgro.first.json["regions"]
    assert dict.fromkeys(CORE, 14) == {name: each["archives_new"] for name, each in regions.items()}
    assert dict.fromkeys(CORE, 7) == {
        name: each["layers_published"] for name, each in regions.items()
    }
    sent = {name: each["bytes_sent"] for name, each in regions.items()}
    assert sent.pop(HOME) > 0
    assert dict.fromkeys(AMS, 0) == sent


def test_people_read_target_and_outcome_and_the_next_command(dzgro: Project) -> None:
    """The first line names target, account, endpoint and regions, the last ones what is next."""
    said = dzgro.first.err
    line = f"embedded · 000000000000 · {dzgro.endpoint} · {', '.join(CORE)}"
    assert line in said.splitlines()
    assert "Deployed 7 stacks in 4 regions, in " in said
    assert "[100%]" in said
    assert "next: sam-deploy" in said
    assert f"cloud url --region {HOME} --environment dev" in said


def test_status_lists_every_function_in_every_region_and_environment(dzgro: Project) -> None:
    """`status --json` is one object per function, region and environment, with its version."""
    ran = dzgro.run("status", "--json", "--target", "embedded")
    assert (0, "") == (ran.code, ran.err)
    keys = {"function", "feature_set", "region", "environment", "version", "weights", "hot"}
    keys |= {"release", "drift", "unfinished"}
    assert all(keys == set(each) for each in ran.json)
    places = [(each["function"], each["region"], each["environment"]) for each in ran.json]
    expected = {(f, r, e) for f in CORE_FUNCTIONS for r in CORE for e in ENVIRONMENTS}
    expected |= {(f, r, e) for f in AMS_FUNCTIONS for r in AMS for e in ENVIRONMENTS}
    assert expected == set(places)
    assert len(expected) == len(places)
    assert all(each["version"].isdigit() for each in ran.json)


def test_status_without_a_target_looks_at_the_cloud_on_the_laptop(dzgro: Project) -> None:
    """Looking changes nothing, so it needs no target even without a terminal."""
    ran = dzgro.run("status", "--region", HOME)
    assert 0 == ran.code
    header, _, *rows = ran.out.splitlines()
    assert ["function", HOME] == header.split()
    assert CORE_FUNCTIONS == [row.split()[0] for row in rows[: len(CORE_FUNCTIONS)]]


@pytest.mark.parametrize("region", CORE)
def test_the_dev_api_answers_in_every_region(
    dzgro: Project, http: httpx.Client, region: str
) -> None:
    """The URL of `cloud url` answers with who answered: environment, alias, version, region."""
    answer = http.get(f"{dzgro.url(region, 'dev')}/api/health")
    assert 200 == answer.status_code
    assert {
        "status": "healthy",
        "environment": "dev",
        "alias": "dev",
        "version": dzgro.served("Api", region, "dev"),
        "region": region,
    } == answer.json()


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_every_stage_answers_through_its_own_alias(
    dzgro: Project, http: httpx.Client, environment: str
) -> None:
    """Staging and prod serve the version that the first deployment gave them."""
    where = ("--region", "eu-west-1", "--environment", environment)
    answer = http.get(f"{dzgro.run('cloud', 'url', *where).out.strip()}/api/health")
    assert {
        "status": "healthy",
        "environment": environment,
        "alias": environment,
        "version": "1",
        "region": "eu-west-1",
    } == answer.json()


def test_the_url_is_of_the_home_region_and_first_environment_by_default(dzgro: Project) -> None:
    """`cloud url` alone is the URL that a newcomer wants first."""
    ran = dzgro.run("cloud", "url")
    assert dzgro.url(HOME, "dev") == ran.out.strip()


def test_a_report_can_be_stored_listed_and_fetched(dzgro: Project, http: httpx.Client) -> None:
    """The API keeps reports in its environment's bucket, and only there."""
    dev, prod = dzgro.url("us-west-2", "dev"), dzgro.url("us-west-2", "prod")
    asked = {"kind": "dzgro", "marketplace": "IN", "day": "2026-11-20"}
    lines = [{"sku": "A1", "units": 2, "amount": 20.5}, {"sku": "B2", "units": 1, "amount": 4}]
    made = http.post(f"{dev}/api/reports", json={**asked, "lines": lines})
    assert 202 == made.status_code, made.text
    assert ("DzgroReports", "dev") == (made.json()["queue"], made.json()["environment"])
    report = made.json()["id"]
    assert report in http.get(f"{dev}/api/reports").json()["reports"]
    assert report not in http.get(f"{prod}/api/reports").json()["reports"]
    fetched = http.get(f"{dev}/api/reports/{report}").json()
    assert {"id": report, **asked} == {key: fetched[key] for key in ("id", *asked)}
    assert "dev" == fetched["created_by"]["environment"]
    assert 404 == http.get(f"{prod}/api/reports/{report}").status_code


def test_a_report_that_nobody_stored_is_not_found(dzgro: Project, http: httpx.Client) -> None:
    """An unknown id is the application's 404, not the gateway's."""
    unknown = uuid.uuid4()
    answer = http.get(f"{dzgro.url('us-west-2', 'dev')}/api/reports/{unknown}")
    assert (404, {"detail": f"no report {unknown}"}) == (answer.status_code, answer.json())


def test_a_route_that_nobody_declared_is_not_found(dzgro: Project, http: httpx.Client) -> None:
    """The gateway answers as API Gateway does where the API has no route."""
    answer = http.get(f"{dzgro.url('us-west-2', 'dev')}/nowhere")
    assert (404, {"message": "Not Found"}) == (answer.status_code, answer.json())
