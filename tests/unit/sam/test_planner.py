from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy import naming, sam
from sam_deploy.errors import ConfigError
from sam_deploy.plan import BuildUnit, Target
from sam_deploy.plan.model import NodeUnit
from sam_deploy.sam.planner import BUCKET_PART_MAX, bucket_part

Write = Callable[..., Path]
HOST = Target("python3.12", "3.11.9", "x86_64", (2, 36), host=True)


def request(stack: str = "orders", *regions: str, **more: object) -> sam.SamRequest:
    return sam.SamRequest(stack, regions or ("eu-west-1",), **more)  # type: ignore[arg-type]


def test_one_stack_goes_to_every_region(function: Write) -> None:
    """The first region is the gatekeeper; a stack of somebody else's has no environments."""
    made = sam.plan(
        sam.read(function()), request("orders", "us-east-1", "eu-west-1", tags={"a": "b"})
    )
    (stack,) = made.stacks
    assert ("orders", ("us-east-1", "eu-west-1"), ()) == (
        stack.name,
        stack.regions,
        stack.environments,
    )
    assert ("us-east-1", "us-east-1", {"a": "b"}) == (
        made.home_region,
        stack.first_region,
        made.tags,
    )


def test_templates_of_one_project_do_not_overwrite_each_other(write: Write) -> None:
    """Archives are named by stack, locks by template: `sam build` erases the first one's (R151)."""
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Function:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: src, Runtime: python3.12, Handler: app.handler}\n"
    )
    found = []
    for name in ("writer", "reader"):
        template = sam.read(write(text, name=f"{name}-template.yaml"))
        (unit,) = sam.plan(template, request(f"table-{name}")).builds
        assert isinstance(unit, BuildUnit)
        found.append((unit.archive, unit.lock, unit.key))
    assert [
        ("table-writer/Function.zip", "writer-template.Function", "function/Function"),
        ("table-reader/Function.zip", "reader-template.Function", "function/Function"),
    ] == found


def test_stacks_of_one_template_share_its_lock(function: Write) -> None:
    """What was tested in one stack is what the next one gets, version by version."""
    template = sam.read(function())
    locks = {
        unit.lock
        for stack in ("app-dev", "app-prod")
        for unit in sam.plan(template, request(stack)).builds
        if isinstance(unit, BuildUnit)
    }
    assert {"template.Hello"} == locks


def test_the_embedded_cloud_gets_archives_for_this_computer(function: Write) -> None:
    """The host is the target where one is given."""
    (unit,) = sam.plan(sam.read(function()), request(host_target=HOST)).builds
    assert isinstance(unit, BuildUnit)
    assert HOST == unit.target


def test_functions_in_node_know_that_they_stay_on_this_computer(function: Write) -> None:
    """Its Node has no AWS SDK, which Lambda's runtime brings: the bundle depends on it."""
    said = "{BuildMethod: esbuild, BuildProperties: {EntryPoints: [app.ts]}}"
    template = sam.read(function("Runtime: nodejs22.x", said, {"src/app.ts": ""}))
    units = [sam.plan(template, asked).builds for asked in (request(), request(host_target=HOST))]
    assert [False, True] == [each.host for (each,) in units if isinstance(each, NodeUnit)]


def test_locks_are_not_packed(function: Write, tmp_path: Path) -> None:
    """Where the project is the source, a lock that is made does not change the archive."""
    template = sam.read(function("CodeUri: .\nHandler: src.app.handler"))
    (unit,) = sam.plan(template, request(project=tmp_path)).builds
    assert "/locks/" in unit.exclude


def test_everything_that_is_missing_is_said_at_once(write: Write) -> None:
    """Stack name, regions and parameters without a value are one error (R148)."""
    file = write(
        "Parameters: {A: {Type: String}, B: {Type: String, Default: x}}\n"
        "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        sam.plan(sam.read(file), sam.SamRequest("", ()))
    assert (
        "no stack name is given",
        "no region is named",
        "parameter `A` has no default and no value",
    ) == caught.value.problems
    with pytest.raises(ConfigError) as caught:
        sam.plan(sam.read(file), request("1st_stack", "Ireland", parameter_overrides={"A": "1"}))
    assert [True, True] == [
        "1st_stack" in caught.value.problems[0],
        "Ireland" in caught.value.problems[1],
    ]


def test_a_value_for_no_parameter_is_a_warning(function: Write) -> None:
    """One samconfig may serve several templates, so an unknown name is said and not refused."""
    template = sam.read(function(), {"Stag": "x"})
    assert ["unused-override"] == [each.rule for each in sam.plan(template, request()).warnings]


def test_limits_of_the_embedded_cloud_are_said_only_there(function: Write) -> None:
    """On AWS CodeDeploy is there, so nobody is told that it is not."""
    template = sam.read(function("DeploymentPreference: {Type: AllAtOnce}"))
    rules = [
        [each.rule for each in sam.plan(template, asked).warnings]
        for asked in (request(), request(host_target=HOST))
    ]
    both = ["deployment-preference", "embedded-deployment-preference"]
    assert [["deployment-preference"], both] == rules


def test_values_of_a_request_decide_the_target(write: Write) -> None:
    """What is asked for beats what the template was read with."""
    file = write(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Parameters: {Python: {Type: String, Default: python3.12}}\n"
        "Resources:\n  A:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: src, Runtime: !Ref Python, Handler: app.handler}\n"
    )
    asked = request(parameter_overrides={"Python": "python3.13"})
    (unit,) = sam.plan(sam.read(file), asked).builds
    assert isinstance(unit, BuildUnit)
    assert "python3.13" == unit.target.runtime


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True))
def test_any_stack_name_gives_a_legal_bucket_name(stack: str) -> None:
    """Small letters, digits and hyphens, at most 63 characters, no hyphen at the end."""
    bucket = naming.artifact_bucket_name(bucket_part(stack), "123456789012", "ap-southeast-1")
    assert len(bucket) <= naming.BUCKET_NAME_MAX
    assert bucket == bucket.lower()
    assert bucket[0].isalpha()


def test_long_names_that_begin_alike_have_buckets_of_their_own() -> None:
    """What is cut off comes back as a hash."""
    one, other = (bucket_part(f"{'a' * 60}-{each}") for each in ("one", "other"))
    assert one != other
    assert (BUCKET_PART_MAX, BUCKET_PART_MAX) == (len(one), len(other))
