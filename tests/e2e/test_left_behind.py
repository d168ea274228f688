"""What `destroy` leaves: all of it is named, and each thing has a way back or a way out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]

HOME, AWAY = "eu-west-1", "us-east-1"
MORE = f"""    tables=[Table("Orders", partition_key=Key("id"), replicas=["{HOME}", "{AWAY}"])],
    settings=[Secret("SALT")],
    http_api=HttpApi(),"""
USES = 'uses=["Jobs", "tiny-files"],'
USES_MORE = f"""{USES}
            settings=["SALT"],
            triggers=[on_upload("tiny-files")],"""
IMPORTS = "from sam_deploy import App,"
BUCKET = 'Bucket("tiny-files")'
ROLE = "sam-deploy-tiny-guard"
DATA = ("TinyFilesDevBucket", "TinyFilesProdBucket", "OrdersDevTable", "OrdersProdTable", "SALT")


def make(make_tiny: Make) -> Project:
    """Return a project with a trigger on a bucket, a global table and a secret, in two regions."""
    project = make_tiny(regions=(HOME, AWAY))
    file = project.folder / "deploy.py"
    text = file.read_text()
    text = text.replace("    http_api=HttpApi(),", MORE).replace(USES, USES_MORE)
    file.write_text(text.replace(IMPORTS, f"{IMPORTS} Key, Secret, Table, on_upload,"))
    return project


def destroy(project: Project, *named: str) -> Any:
    """Run `sam-deploy destroy` on the embedded cloud."""
    options = [part for name in named for part in ("--delete-data", name)]
    return project.run("destroy", *options, "--target", "embedded", "--progress", "plain", "--json")


def guard_role(project: Project) -> None:
    """Make the role that a canary makes."""
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}}
    statement = [{**trust, "Action": "sts:AssumeRole"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    project.client("iam", HOME).create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)


def roles(project: Project) -> list[str]:
    """Names of the account's roles."""
    return [each["RoleName"] for each in project.client("iam", HOME).list_roles()["Roles"]]


def tables(project: Project) -> list[list[str]]:
    """Names of the tables of both regions."""
    return [
        sorted(project.client("dynamodb", region).list_tables()["TableNames"])
        for region in (HOME, AWAY)
    ]


@pytest.mark.long
def test_all_that_stays_is_named_and_can_still_be_deleted(make_tiny: Make) -> None:
    """Replicas, secrets, layers and artifacts, too; a bucket with a trigger is no dead end."""
    project = make(make_tiny)
    first = project.deploy()
    assert 0 == first.code, first.err
    for region in (HOME, AWAY):  # as `settings set` does, which would ask for it
        secrets = project.client("secretsmanager", region)
        secrets.create_secret(Name="/tiny/prod/SALT", SecretString="a1b2c3")
    guard_role(project)

    gone = destroy(project)
    assert 0 == gone.code, gone.err
    beside = {(each["name"], each["region"]) for each in gone.json["beside"]}
    both = ("/tiny/prod/SALT", "tiny-greetings")
    assert {(name, region) for name in both for region in (HOME, AWAY)} <= beside
    assert {f"tiny-sam-000000000000-{region}" for region in (HOME, AWAY)} <= {n for n, _ in beside}
    assert {("tiny-Orders-dev", AWAY), ("tiny-Orders-prod", AWAY)} <= beside
    assert all(f"  {name}" in gone.err for name, _ in beside)
    assert "`on_upload` listens to `TinyFilesDevBucket`, `TinyFilesProdBucket`" in gone.err
    assert ROLE not in roles(project)

    refused = project.deploy()
    assert 5 == refused.code, refused.err
    assert "`sam-deploy destroy --delete-data NAME` for what an earlier one left" in refused.err
    existing = 'Bucket("tiny-files", existing=True, physical_name="tiny-files-{environment}")'
    with project.edited("deploy.py", BUCKET, existing):
        wrong = project.deploy()
        assert 2 == wrong.code, wrong.err
        assert "another physical_name" in wrong.err

    ended = destroy(project, *DATA)
    assert 0 == ended.code, ended.err
    assert "gone already; what it left is deleted" in ended.err
    assert [[], []] == tables(project)
    assert [] == project.client("secretsmanager", HOME).list_secrets()["SecretList"]
    buckets = project.client("s3", HOME).list_buckets()["Buckets"]
    assert not [each["Name"] for each in buckets if each["Name"].startswith("tiny-files")]
    unknown = destroy(project, "TinyFilesDevBucket")
    assert 5 == unknown.code, unknown.err
    back = project.deploy()
    assert 0 == back.code, back.err
