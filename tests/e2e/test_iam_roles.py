"""Each role's exported policy against every call that its commands really make."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from policy_sentry.querying.actions import get_action_data
from tests.e2e import shifting
from tests.unit.export.iam.evaluation import Request, allowed, recorded, requests_of

from sam_deploy.export.iam import operations
from sam_deploy.export.iam.calls import rows

pytestmark = pytest.mark.long
Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Policies: TypeAlias = Callable[..., list[dict[str, Any]]]
ACCOUNT = "000000000000"
VARIABLE = "SAM_DEPLOY_CALLS"
LOOKING: Sequence[Sequence[str]] = (
    ("status",),
    ("history",),
    ("audit", "verify"),
    ("outputs",),
    ("logs", "--since", "1h"),
    ("diff",),
    ("doctor",),
    ("settings", "list"),
    ("layers", "list"),
    ("shift", "status"),
)
WRITING = {"Write", "Permissions management", "Tagging"}


@dataclass(frozen=True)
class Made:
    """The project, and what each role's commands have called: deploy, promote, look."""

    project: Project
    calls: Mapping[str, list[Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]) -> Made:
    """An app in two regions is deployed twice, promoted with a code, and looked at."""
    folder, notes = tmp_path_factory.mktemp("roles"), tmp_path_factory.mktemp("notes")
    files = {role: notes / f"{role}.jsonl" for role in ("deployer", "promoter", "reader")}
    shifting.write(folder, 0, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(files["deployer"]))
        project = deployed(folder)

    def noting(role: str) -> Project:
        return replace(project, environment={**project.environment, VARIABLE: str(files[role])})

    shifting.write(folder, 0, 2)
    ran = noting("deployer").deploy()
    assert 0 == ran.code, ran.err
    with shifting.promoting(noting("promoter")) as terminal:
        assert 0 == terminal.end(), terminal.said
    for command in LOOKING:
        ran = noting("reader").run(*command, "--target", "embedded")
        assert ran.code in {0, 5}, ran.err
    return Made(project, {role: recorded(file) for role, file in files.items()})


@pytest.fixture(scope="module")
def calls(made: Made) -> Mapping[str, list[Any]]:
    return made.calls


@pytest.fixture(scope="module")
def project(made: Made) -> Project:
    return made.project


@pytest.fixture(scope="module")
def policies(project: Project) -> Policies:
    """Return what `export iam` writes for a role of the project."""

    def export(role: str, *options: str) -> list[dict[str, Any]]:
        ran = project.run("export", "iam", "--role", role, "--account", ACCOUNT, *options)
        assert 0 == ran.code, ran.err
        return list(ran.json["policies"].values())

    return export


def requests(noted: Sequence[Any]) -> set[tuple[str, str, str]]:
    """What IAM is asked for these calls on AWS, without what only the embedded cloud is told."""
    return {
        (each.action, each.resource, json.dumps(dict(each.context)))
        for call in noted
        if operations.call_of(call["service"], call["operation"]) not in operations.EMBEDDED
        for each in requests_of(call, ACCOUNT)
    }


@pytest.mark.parametrize("role", ["deployer", "promoter", "reader"])
def test_a_role_may_do_what_its_commands_call(
    role: str, calls: Mapping[str, list[Any]], policies: Policies
) -> None:
    """Every call of every command, on the very thing it was made on, in its region."""
    asked, made = requests(calls[role]), policies(role)
    assert 8 < len(asked)
    denied = {
        (action, resource)
        for action, resource, context in asked
        if not allowed(made, Request(action, resource, json.loads(context)))
    }
    assert set() == denied


def test_who_looks_writes_nothing(calls: Mapping[str, list[Any]], policies: Policies) -> None:
    """Neither do the reader's commands, nor could their role."""

    def level(action: str) -> str:
        service, name = action.split(":")
        found = get_action_data(service, name)
        assert found, action
        return str(found[service][0]["access_level"])

    called = {action for action, _, _ in requests(calls["reader"])}
    given = {
        action for each in policies("reader") for s in each["Statement"] for action in s["Action"]
    }
    # a query of logs is started and ended, and changes nothing
    assert set() == {each for each in called | given if level(each) in WRITING} - {
        "logs:StartQuery",
        "logs:StopQuery",
    }


def test_who_deploys_may_not_promote_and_the_other_way_round(
    calls: Mapping[str, list[Any]], policies: Policies
) -> None:
    """The promoter cannot deploy a stack, nor write an archive; the reader can do neither."""
    made = requests(calls["deployer"])
    stacks = {each for each in made if each[0] == "cloudformation:ExecuteChangeSet"}
    archives = {each for each in made if each[0] == "s3:PutObject" and "/artifacts/" in each[1]}
    assert stacks
    assert archives
    for role in ("promoter", "reader", "approver"):
        written = policies(role)
        for action, resource, context in stacks | archives:
            assert not allowed(written, Request(action, resource, json.loads(context))), role


def test_another_app_and_another_region_are_out_of_reach(
    calls: Mapping[str, list[Any]], policies: Policies
) -> None:
    """The same calls about a function of another name, and in a region of no stack, are denied."""
    made = policies("deployer")
    moved = [each for each in requests(calls["deployer"]) if each[0] == "lambda:UpdateAlias"]
    assert moved
    for action, resource, context in moved:
        given = json.loads(context)
        other = resource.replace("HelloFunction", "PayFunction").replace("Quiet", "Other")
        assert not allowed(made, Request(action, other, given))
        elsewhere = {**given, "aws:RequestedRegion": "ap-south-1"}
        assert not allowed(made, Request(action, resource, elsewhere))


def test_the_committed_list_has_every_call(calls: Mapping[str, list[Any]]) -> None:
    """What is recorded now is in `calls.toml`, with the command that made it."""
    listed = {(row.call, row.place, command) for row in rows() for command in row.commands}
    made = set()
    for noted in [each for role in calls.values() for each in role]:
        call = operations.call_of(noted["service"], noted["operation"])
        place = operations.place_of(call, noted["names"])
        made.add((call, place, noted["command"]))
    assert set() == made - listed
