"""From a stack for each environment, of the SAM CLI, to one stack: docs/guides/migrating.md."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from tests.contract.sam_cli import NEWEST, installed
from tests.e2e.shifting import agree
from tests.faults.terminal import Terminal

from sam_deploy import local
from sam_deploy.aws import Endpoint
from sam_deploy.executor.environment import credentials, variables

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HERE = Path(__file__).with_name("migration")
REGION = "eu-west-1"
STAGES = ("dev", "prod")
USER, PASSWORD = "ann", "Correct-Horse-7-battery"
DATA = re.compile(
    r"^(    Type: AWS::(?:S3::Bucket|DynamoDB::Table|SQS::Queue|Cognito::UserPool(?:Client)?))$",
    re.MULTILINE,
)
TRIGGERS = re.compile(r"^      LambdaConfig:\n        .*\n", re.MULTILINE)
RETAINED = r"\1\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain"


class Old:
    """The stacks that stood before: `sam deploy`, and what is looked at in them."""

    def __init__(self, project: Project, sam: Path) -> None:
        self.project = project
        self._sam = sam
        self.folder = project.folder / "old"
        project.client("s3", REGION).create_bucket(
            Bucket="old-archives", CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def deploy(self, stage: str) -> None:
        """Deploy a stage's stack by the SAM CLI."""
        endpoint = Endpoint("embedded", self.project.endpoint, "", "test", "test")
        subprocess.run(
            [
                *(self._sam, "deploy", "--template-file", "template.yaml"),
                *("--stack-name", f"shop-{stage}", "--region", REGION),
                *("--s3-bucket", "old-archives", "--capabilities", "CAPABILITY_IAM"),
                *("--parameter-overrides", f"Stage={stage}", "--no-confirm-changeset"),
            ],
            cwd=self.folder,
            env=variables(os.environ, credentials(endpoint)),
            check=True,
            capture_output=True,
            timeout=300,
        )

    def retain(self) -> None:
        """Write into the template that its data outlives it, and calls none of its functions."""
        template = self.folder / "template.yaml"
        text, count = DATA.subn(RETAINED, template.read_text(encoding="utf-8"))
        assert 5 == count
        text, count = TRIGGERS.subn("", text)
        assert 1 == count
        template.write_text(text, encoding="utf-8")

    def let_go(self, stage: str) -> None:
        """The old function does not work on the queue any more."""
        functions = self.project.client("lambda", REGION)
        mappings = functions.list_event_source_mappings(FunctionName=f"shop-orders-{stage}")
        for each in mappings["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=each["UUID"], Enabled=False)

    def resources(self, stage: str) -> dict[str, tuple[str, str]]:
        """Return logical id -> (physical id, when it was changed last)."""
        stacks = self.project.client("cloudformation", REGION)
        return {
            each["LogicalResourceId"]: (
                each["PhysicalResourceId"],
                str(each["LastUpdatedTimestamp"]),
            )
            for each in stacks.list_stack_resources(StackName=f"shop-{stage}")[
                "StackResourceSummaries"
            ]
        }


@pytest.fixture
def shop(make_project: Callable[..., Project], tmp_path: Path) -> Project:
    """The project of the new app, whose cloud runs and is empty."""
    shutil.copytree(HERE, tmp_path / "shop")
    project = make_project(tmp_path / "shop", {})
    started = project.run("cloud", "start")
    assert 0 == started.code, started.err
    return project


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_app_moves_from_stacks_per_environment(
    shop: Project, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Side by side on the same data, then the queues one environment at a time, then alone."""
    old = Old(shop, installed(NEWEST, tmp_path / "venv") / "bin" / "sam")
    for stage in STAGES:
        old.deploy(stage)
    ordered(shop, "dev", "1", "shop-orders-dev", until)
    ordered(shop, "prod", "1", "shop-orders-prod", until)

    # 1. beside it: the same data, and nothing of the old stacks was touched
    before = {stage: old.resources(stage) for stage in STAGES}
    refer_to_pools(shop, before)
    for stage in STAGES:
        registered(shop, before[stage])
    deployed(shop)
    assert before == {stage: old.resources(stage) for stage in STAGES}
    tokens = {stage: token(shop, before[stage]) for stage in STAGES}
    assert {"id": "1", "by": "shop-orders-dev"} == answered(shop, "dev", "1", tokens["dev"])
    ordered(shop, "dev", "2", "shop-orders-dev", until)
    assert {"id": "1", "by": "shop-orders-prod"} == answered(shop, "prod", "1", tokens["prod"])

    # 2. the queues, one environment at a time
    for taken in (["dev"], ["dev", "prod"]):
        old.let_go(taken[-1])
        taken_over(shop, taken)
        deployed(shop)
        ordered(shop, taken[-1], "3", "WorkerFunction", until)

    # a release goes from dev to prod as it will from now on
    worker = shop.folder / "functions" / "Worker" / "handler.py"
    worker.write_text(f"{worker.read_text(encoding='utf-8')}\nRELEASE = 2\n", encoding="utf-8")
    deployed(shop)
    promoted(shop)

    # 3. the end of the old stacks; the data stays
    old.retain()
    for stage in STAGES:
        old.deploy(stage)
        shop.client("cloudformation", REGION).delete_stack(StackName=f"shop-{stage}")
        until("the end", lambda gone=f"shop-{stage}": gone not in shop.stacks(REGION))
    shutil.rmtree(old.folder)
    for stage in STAGES:
        # by the same client: the old stack did not take it along
        signed_in = token(shop, before[stage])
        assert {"id": "1", "by": f"shop-orders-{stage}"} == answered(shop, stage, "1", signed_in)
        shop.client("s3", REGION).head_bucket(Bucket=f"shop-files-{stage}")
        ordered(shop, stage, "4", "WorkerFunction", until)
    again = shop.deploy()
    assert 0 == again.code, again.err
    assert {"no changes"} == {each["outcome"] for each in again.json["stacks"]}


def refer_to_pools(shop: Project, stacks: dict[str, dict[str, tuple[str, str]]]) -> None:
    """Write into `deploy.py` which pools and clients there are."""
    file = shop.folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    for name, logical_id in {"POOLS": "Users", "CLIENTS": "UsersClient"}.items():
        ids = {stage: resources[logical_id][0] for stage, resources in stacks.items()}
        text = re.sub(rf"^{name} = .*$", f"{name} = {ids}", text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")


def registered(shop: Project, resources: dict[str, tuple[str, str]]) -> None:
    """Somebody has an account in the old stack's pool."""
    cognito, pool = shop.client("cognito-idp", REGION), resources["Users"][0]
    cognito.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True
    )


def token(shop: Project, resources: dict[str, tuple[str, str]]) -> str:
    """Sign in as people's pages do, by the client of the old stack."""
    answer = shop.client("cognito-idp", REGION).initiate_auth(
        ClientId=resources["UsersClient"][0],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD},
    )
    found: str = answer["AuthenticationResult"]["IdToken"]
    return found


def deployed(shop: Project) -> None:
    ran = shop.deploy()
    assert 0 == ran.code, ran.err


def promoted(shop: Project) -> None:
    """Production serves what dev serves: typed at a terminal, with the code that came by mail."""
    line, end = pty.openpty()
    process = subprocess.Popen(
        shop.command("promote", "prod", "--target", "embedded"),
        env={**shop.environment, "TERM": "xterm", "COLUMNS": "300"},
        cwd=shop.folder,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    terminal = Terminal(process, line)
    agree(terminal, shop.endpoint, "shop")
    assert 0 == terminal.end(), terminal.said


def taken_over(shop: Project, environments: list[str]) -> None:
    """Write into `deploy.py` whose queues are worked on by the new app."""
    file = shop.folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    now = re.sub(r"(TAKEN_OVER: list\[str\] = )\[.*\]", rf"\g<1>{environments}", text)
    file.write_text(now, encoding="utf-8")


def ordered(shop: Project, stage: str, order: str, by: str, until: Callable[..., Any]) -> None:
    """An order that is sent to a stage's queue is stored by this function."""
    queues = shop.client("sqs", REGION)
    url = queues.get_queue_url(QueueName=f"shop-jobs-{stage}")["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody=json.dumps({"id": order}))
    table = shop.client("dynamodb", REGION)
    key = {"id": {"S": order}}
    found = until(
        f"order {order} of {stage}",
        lambda: table.get_item(TableName=f"shop-orders-{stage}", Key=key).get("Item"),
    )
    assert by == found["by"]["S"]


def answered(shop: Project, environment: str, order: str, signed_in: str) -> Any:
    """What the new app says of an order, over HTTP, to somebody with a token."""
    cloud = local.find(shop.folder)
    assert cloud is not None
    stacks = shop.client("cloudformation", REGION).describe_stacks(StackName="shop-sam")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks["Stacks"][0]["Outputs"]}
    url = cloud.url(REGION, outputs[f"ApiHttpApi{environment.title()}Id"], environment)
    headers = {"Authorization": f"Bearer {signed_in}"}
    address = f"{url}/orders/{order}"
    return httpx.get(address, headers=headers, trust_env=False, timeout=60).json()
