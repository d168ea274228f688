"""The real SAM CLI, from the package index, against the embedded cloud."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import psutil
import pytest
from tests.contract.conftest import aws
from tests.contract.sam_cli import NEWEST, OLDEST, executor, installed

from sam_deploy import local
from sam_deploy.aws import Aws, CloudFormation, Endpoint, Objects
from sam_deploy.aws.cloudformation import TEMPLATE_BODY_MAX_BYTES
from sam_deploy.deploy import StackOutcome
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import look_at
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import ConfigError, RefusedError, RolledBackError
from sam_deploy.events import Event, Note, StackEvent, Waiting, ignore
from sam_deploy.executor import SamCli, by_sam_cli
from sam_deploy.executor.command import quoted
from sam_deploy.executor.files import FOLDER
from sam_deploy.executor.process import run
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.template import Template
from sam_deploy.template.compare.reading import as_written, from_text

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

ACCOUNT = "000000000000"
REGION = "eu-west-1"
BUCKET = "executor-artifacts"
TAGS = {"Project": "dzgro", "Environment": "shared"}
GOLDEN = Path(__file__).parents[1] / "golden" / "dzgro" / "dzgro-sam.yaml"
NUMBERS = itertools.count()
Json: TypeAlias = dict[str, Any]
QUEUE: Json = {"Type": "AWS::SQS::Queue"}
FAILING: Json = {
    "Queue": QUEUE,
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Wait": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "DependsOn": "Queue",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
    },
}


@pytest.fixture(scope="session")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(NEWEST, tmp_path_factory.mktemp("sam") / "venv")


@pytest.fixture(scope="session")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud with an artifact bucket in two regions."""
    found = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    for region in (REGION, "us-east-1"):
        Objects(found, region, bucket(region), ACCOUNT).ensure_bucket()
    return found


def bucket(region: str) -> str:
    return f"{BUCKET}-{region}"


@pytest.fixture
def sam(newest: Path, account: Aws, tmp_path: Path) -> SamCli:
    return executor(newest, tmp_path, account)


@pytest.fixture
def name() -> str:
    """A stack that does not exist yet."""
    return f"executor-{next(NUMBERS)}"


def body(resources: Json, parameters: Json | None = None) -> str:
    document: Json = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": resources,
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}},
    }
    return json.dumps(document | ({"Parameters": parameters} if parameters else {}))


def deploy(
    sam: SamCli,
    stack: str,
    text: str,
    parameters: dict[str, str] | None = None,
    *,
    region: str = REGION,
    heard: list[Event] | None = None,
) -> StackOutcome:
    return sam.deploy(
        text,
        stack,
        region,
        bucket(region),
        parameters or {},
        TAGS,
        report=ignore if heard is None else heard.append,
        stop=Stop(),
    )


def own(account: Aws, stack: str, text: str, parameters: dict[str, str]) -> StackOutcome:
    """The same by our own engine."""
    work = StackWork(
        cloudformation=CloudFormation(account, REGION),
        bucket=Objects(account, REGION, bucket(REGION), ACCOUNT),
        template=Template(stack, text, tuple(parameters), {}, 0, ()),
        parameters=parameters,
        tags=TAGS,
        report=ignore,
        stop=Stop(),
    )
    found = review(work, look_at(work.cloudformation, stack))
    return execute(work, found, f"token-{stack}")


def test_create_update_and_no_changes(sam: SamCli, name: str, heard: list[Event]) -> None:
    """R143, R144, R148: validated, deployed, told event by event; nothing is left behind."""
    parameters = {"Delay": {"Type": "Number", "Default": 7}}
    first = body({"Queue": {**QUEUE, "Properties": {"DelaySeconds": {"Ref": "Delay"}}}}, parameters)
    created = deploy(sam, name, first, {"Delay": "3"}, heard=heard)
    assert ("created", ["Queue"]) == (
        created.outcome,
        [each.logical_id for each in created.changes],
    )
    assert created.outputs["Name"]
    events = [each for each in heard if isinstance(each, StackEvent)]
    assert ("Queue", "CREATE_IN_PROGRESS") in {(each.logical_id, each.status) for each in events}
    assert (name, "CREATE_COMPLETE") == (events[-1].logical_id, events[-1].status)
    assert [f"the change set of `{name}`", f"`{name}` (CloudFormation)"] == [
        each.what for each in heard if isinstance(each, Waiting)
    ]
    live = sam.gateway(REGION).describe_stack(name)
    assert live is not None
    assert ({"Delay": "3"}, TAGS) == (live.parameters, live.tags)

    assert "no changes" == deploy(sam, name, first, {"Delay": "3"}).outcome
    # without a value it is the default's turn, as in our own engine
    updated = deploy(sam, name, first, {})
    assert "updated" == updated.outcome
    assert [("Modify", "Queue")] == [(each.action, each.logical_id) for each in updated.changes]
    assert [] == list((sam.project / FOLDER).iterdir())


def test_a_hidden_value_stays_what_it_is(
    sam: SamCli, name: str, account: Aws, cloud: local.RunningCloud
) -> None:
    """R148: not given again it is not the default's turn: only the stack has the value."""
    parameters = {"Delay": {"Type": "Number", "Default": 7, "NoEcho": True}}
    queue = {**QUEUE, "Properties": {"DelaySeconds": {"Ref": "Delay"}, "QueueName": name}}
    deploy(sam, name, body({"Queue": queue}, parameters), {"Delay": "3"})
    text = body({"Queue": queue, "Other": QUEUE}, parameters)
    work = StackWork(
        cloudformation=CloudFormation(account, REGION),
        bucket=Objects(account, REGION, bucket(REGION), ACCOUNT),
        template=Template(name, text, (), {}, 0, (), hidden=("Delay",)),
        parameters={},
        tags=TAGS,
        report=ignore,
        stop=Stop(),
    )
    found = review(work, look_at(work.cloudformation, name))
    assert "updated" == by_sam_cli(sam)(work, found, "token").outcome
    queues = aws(cloud.endpoint, "sqs")
    url = queues.get_queue_url(QueueName=name)["QueueUrl"]
    live = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    assert "3" == live["Attributes"]["DelaySeconds"]


def test_a_failed_creation_names_its_cause_and_can_be_repeated(sam: SamCli, name: str) -> None:
    """R140, R144: exit code 4, the first failing event as the why; then it is deleted and made."""
    with pytest.raises(RolledBackError) as caught:
        deploy(sam, name, body(FAILING))
    assert f"Stack `{name}` in `{REGION}` was not created" == caught.value.what
    assert re.fullmatch("`Wait` failed: WaitCondition timed out.*", caught.value.why)
    kept = sam.project / FOLDER / f"{name}-{REGION}.yaml"
    assert f".sam-deploy/sam/{kept.name}" in caught.value.hint
    assert body(FAILING) == kept.read_text()
    assert "ROLLBACK_COMPLETE" in kept.with_suffix(".log").read_text()

    heard: list[Event] = []
    assert "created" == deploy(sam, name, body({"Queue": QUEUE}), heard=heard).outcome
    assert any(isinstance(each, Note) and "never came up" in each.message for each in heard)
    assert not kept.exists()


def test_a_failed_update_is_taken_back(sam: SamCli, name: str) -> None:
    """R140: as by our own engine."""
    deploy(sam, name, body({"Queue": QUEUE}))
    with pytest.raises(RolledBackError, match="was not updated"):
        deploy(sam, name, body(FAILING))


def test_a_rejected_template_is_refused(sam: SamCli, name: str) -> None:
    """Exit code 5, in CloudFormation's words; the next deployment goes through."""
    with pytest.raises(RefusedError, match=f"refused the template of `{name}`") as caught:
        deploy(sam, name, body({"Queue": QUEUE, "Foo": {"Type": "AWS::Foo::Bar"}}))
    assert "Unrecognized resource types: [AWS::Foo::Bar]" in caught.value.why
    assert "created" == deploy(sam, name, body({"Queue": QUEUE})).outcome


def test_an_invalid_template_ends_before_anything_is_deployed(sam: SamCli, name: str) -> None:
    """R142: what the SAM CLI judges, counts; R143: before `sam deploy`."""
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": "text"}}
    with pytest.raises(ConfigError, match=f"does not accept the template of `{name}`"):
        deploy(sam, name, body({"Queue": QUEUE, "F": function}))
    assert sam.gateway(REGION).describe_stack(name) is None


def test_the_known_bug_is_real_and_passed_over(sam: SamCli, name: str, heard: list[Event]) -> None:
    """R142 (C34): the SAM CLI stumbles over such metadata; `sam deploy` of 1.170.0 does, too."""
    text = body({"Queue": {**QUEUE, "Metadata": "text"}})
    with pytest.raises(RefusedError) as caught:
        deploy(sam, name, text, heard=heard)
    told = [each.message for each in heard if isinstance(each, Note)]
    assert 1 == len(told)
    assert f"`sam validate` stumbled over `{name}` ('str' object has no attribute 'get')" in told[0]
    assert "'str' object has no attribute 'get'" == caught.value.why
    assert f"The SAM CLI did not deploy `{name}` in `{REGION}`" == caught.value.what


def test_a_bucket_that_is_not_there_is_refused(sam: SamCli, name: str) -> None:
    """R145: whatever the SAM CLI meets before the change set is exit code 5 with its words."""
    with pytest.raises(RefusedError) as caught:
        sam.deploy(
            body({"Queue": QUEUE}),
            name,
            REGION,
            "no-such-bucket",
            {},
            {},
            report=ignore,
            stop=Stop(),
        )
    assert "does not exist" in caught.value.why
    assert "nothing was changed" == caught.value.state


def test_a_stop_ends_the_process(sam: SamCli, name: str) -> None:
    """Ctrl-C: the SAM CLI does not run on; its template stays."""
    stop = Stop()

    def report(event: Event) -> None:
        if isinstance(event, Waiting):
            stop.set()

    with pytest.raises(StoppedError):
        sam.deploy(body(FAILING), name, REGION, bucket(REGION), {}, {}, report=report, stop=stop)
    assert [] == [
        process.pid
        for process in psutil.Process().children(recursive=True)
        if sam.program.path in process.cmdline()
    ]
    assert (sam.project / FOLDER / f"{name}-{REGION}.yaml").exists()


def test_two_regions_at_once_validate_once(sam: SamCli, name: str) -> None:
    """R143: each in its own process with its own files; validation takes its seconds once."""
    text = body({"Queue": QUEUE})
    outcomes: dict[str, StackOutcome] = {}
    began: list[str] = []

    def counted(arguments: Sequence[str], *rest: Any) -> int:
        began.append(arguments[1])
        return run(arguments, *rest)

    sam.computer = replace(sam.computer, run=counted)

    def work(region: str) -> None:
        outcomes[region] = deploy(sam, name, text, region=region)

    threads = [threading.Thread(target=work, args=(region,)) for region in (REGION, "us-east-1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {REGION: "created", "us-east-1": "created"} == {
        region: each.outcome for region, each in outcomes.items()
    }
    assert ["deploy", "deploy", "validate"] == sorted(began)


def test_values_arrive_as_they_are(sam: SamCli, name: str) -> None:
    """R148: quotes, spaces, backslashes, equals signs and letters beyond ASCII."""
    values = {
        "Empty": "",
        "Words": "two  words ",
        "Quotes": 'say "it\'s" so',
        "Json": '{"a": "b\\"c", "d": [1, 2]}',
        "Path": "C:\\temp\\new file",
        "Pairs": "A=1 B=2 ParameterKey=X,ParameterValue=Y",
        "Letters": "Zürich 東京",
        "Lines": "one\ntwo",
        "Option": "--guided",
        "File": "file://x.yaml",
    }
    parameters = {key: {"Type": "String", "Default": "none"} for key in values}
    deploy(sam, name, body({"Queue": QUEUE}, parameters), values)
    live = sam.gateway(REGION).describe_stack(name)
    assert live is not None
    assert values == live.parameters


def test_quoting_agrees_with_the_parser_of_the_sam_cli(newest: Path) -> None:
    """R148: every mixture of four of these letters is read back, or was refused."""
    written = {}
    for letters in itertools.product("\\\"' a=,", repeat=4):
        value = "".join(letters)
        try:
            written[value] = f"ParameterKey=K,ParameterValue={quoted('K', value)}"
        except RefusedError:
            assert "\\" in value
    code = (
        "import json, sys\n"
        "from samcli.cli.types import CfnParameterOverridesType as T\n"
        "given = json.load(sys.stdin)\n"
        "print(json.dumps([v for v, w in given.items() "
        "if T().convert((w,), None, None) != {'K': v}]))"
    )
    done = subprocess.run(
        [newest / "bin" / "python", "-c", code],
        input=json.dumps(written),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert [] == json.loads(done.stdout)
    assert len(written) > 1500


def test_dzgro_is_the_same_stack_by_both_engines(
    sam: SamCli, name: str, account: Aws, cloud: local.RunningCloud
) -> None:
    """R143, R148: 159,000 bytes of template, 0 bytes packaged; the SAM CLI adds metadata only."""
    text = GOLDEN.read_text(encoding="utf-8")
    assert len(text.encode()) > TEMPLATE_BODY_MAX_BYTES
    before = made(account, text)
    parameters = before.parameters | {"RegionSuffix": "-sam"}
    by_sam = deploy(sam, name, text, parameters)
    storage = aws(cloud.endpoint, "s3")
    found = {each["Key"] for each in storage.list_objects_v2(Bucket=bucket(REGION))["Contents"]}
    packaged = [
        key for key in found - before.keys if not re.fullmatch(r"templates/\w+\.template", key)
    ]
    assert [] == packaged
    sent = from_text(sam.gateway(REGION).template(name), "the SAM CLI's")
    assert from_text(text, "ours") == without_ids(sent)

    by_own = own(account, name, text, parameters)
    assert ("created", "updated") == (by_sam.outcome, by_own.outcome)
    assert {"Modify"} == {each.action for each in by_own.changes}
    assert dict(by_own.outputs) == dict(by_sam.outputs)


def without_ids(document: Json) -> Json:
    """The template without what the SAM CLI adds to every resource: its own name, as metadata."""
    for logical_id, resource in document["Resources"].items():
        assert logical_id == resource["Metadata"].pop("SamResourceId")
        if not resource["Metadata"]:
            del resource["Metadata"]
    return document


@dataclass(frozen=True, slots=True)
class Made:
    """What must be there before a stack: archives, and values for its parameters."""

    keys: set[str]
    parameters: dict[str, str]


def made(account: Aws, text: str) -> Made:
    """Every archive and layer that the template names is there."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): return event\n")
    keys = set(re.findall(r"Key: (\S+\.zip)", text))
    assert keys
    for key in keys:
        account.client("s3", REGION).put_object(
            Bucket=bucket(REGION), Key=key, Body=data.getvalue()
        )
    layer = account.client("lambda", REGION).publish_layer_version(
        LayerName="executor", Content={"ZipFile": data.getvalue()}
    )["LayerVersionArn"]
    declared = as_written(text, "dzgro")["Parameters"]
    parameters = {key: layer for key in declared if key.endswith("LayerArn")}
    return Made(keys, parameters | {"ArtifactBucket": bucket(REGION)})


def test_the_oldest_version_works_the_same(account: Aws, tmp_path: Path, name: str) -> None:
    """R148: the version that `find` demands at least has been tried."""
    sam = executor(installed(OLDEST, tmp_path / "venv"), tmp_path, account)
    assert OLDEST == sam.program.version
    assert "created" == deploy(sam, name, body({"Queue": QUEUE})).outcome
    assert "no changes" == deploy(sam, name, body({"Queue": QUEUE})).outcome
    with pytest.raises(RolledBackError, match="was not updated") as caught:
        deploy(sam, name, body(FAILING))
    assert caught.value.why.startswith("`Wait` failed: ")
