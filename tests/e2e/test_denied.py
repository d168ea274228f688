"""Permissions that lack, one after the other: each command says which, about what, whose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.e2e import shifting

pytestmark = pytest.mark.long
Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    folder = tmp_path_factory.mktemp("denied")
    shifting.write(folder, 0, 1)
    return deployed(folder)


@pytest.fixture
def changed(project: Project) -> Iterator[Project]:
    """There is something to deploy, and no fault is in force before or afterwards."""
    handler = project.folder / "functions" / "Hello" / "handler.py"
    handler.write_text(handler.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    yield project
    project.run("cloud", "fault", "remove", "--all")
    project.run("resume", "--target", "embedded", "--auto-approve", "--progress", "quiet")


def deny(project: Project, service: str, operation: str) -> None:
    ran = project.run(
        *("cloud", "fault", "add", "--service", service, "--operation", operation),
        *("--error", "AccessDenied"),
    )
    assert 0 == ran.code, ran.err


@pytest.mark.parametrize(
    ("command", "service", "operation", "action", "about", "role"),
    [
        ("status", "lambda", "ListAliases", "lambda:ListAliases", "Function", "reader"),
        ("history", "s3", "ListObjectsV2", "s3:ListBucket", "tiny-sam-000000000000", "reader"),
        ("audit verify", "s3", "GetObject", "s3:GetObject", "audit/tiny", "reader"),
        ("outputs", "cloudformation", "DescribeStacks", "cloudformation:DescribeStacks", "tiny-sam",
         "reader"),
        ("deploy", "s3", "PutObject", "s3:PutObject", "locks/tiny", "deployer"),
        ("deploy", "lambda", "PublishVersion", "lambda:PublishVersion", "HelloFunction",
         "deployer"),
        ("deploy", "lambda", "UpdateAlias", "lambda:UpdateAlias", "HelloFunction", "deployer"),
    ],
)  # fmt: skip
def test_a_missing_permission_is_named_with_its_role(
    changed: Project,
    command: str,
    service: str,
    operation: str,
    action: str,
    about: str,
    role: str,
) -> None:
    """The action as IAM calls it, what it was about, and the policy that has it; no traceback."""
    deny(changed, service, operation)
    options = ("--auto-approve", "--progress", "plain") if command == "deploy" else ()
    ran = changed.run(*command.split(), *options, "--target", "embedded")
    said = ran.out + ran.err
    assert 0 != ran.code, said
    assert action in said
    assert about in said
    assert f"export iam --role {role}`" in said.replace("\n", " "), said
    assert "Traceback" not in said
