from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam_deploy import App, Bucket, FeatureSet, Function, Layer, Queue
from sam_deploy.config import load
from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import StackPlan
from sam_deploy.template import render

EXAMPLE = Path(__file__).parents[3] / "examples" / "dzgro"
TAGGED = {
    "AWS::Serverless::Function": "Tags",
    "AWS::CloudWatch::Dashboard": "Tags",
    "AWS::IAM::Role": "Tags",
    "AWS::Logs::LogGroup": "Tags",
    "AWS::SQS::Queue": "Tags",
    "AWS::SSM::Parameter": "Tags",
    "AWS::Lambda::EventSourceMapping": "Tags",
    "AWS::S3::Bucket": "Tags",
    "AWS::Cognito::UserPool": "UserPoolTags",
    "AWS::ApiGatewayV2::Api": "Tags",
    "AWS::ApiGatewayV2::Stage": "Tags",
    "AWS::ApiGatewayV2::DomainName": "Tags",
}
UNTAGGABLE = {
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::IAM::Policy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
}


def test_rendering_twice_gives_the_same_text(dzgro: App, render_app: Callable[..., Any]) -> None:
    """Loaded anew, too: nothing but configuration and archives goes into the text."""
    assert render_app(dzgro).template == render_app(load(EXAMPLE)).template


@pytest.mark.slow
def test_the_text_does_not_depend_on_the_hash_seed(
    dzgro: App, render_app: Callable[..., Any]
) -> None:
    """Sets and dictionaries have no say in the order."""
    script = (
        "import sys; from pathlib import Path; from sam_deploy.config import load;"
        "from sam_deploy.plan.model import StackPlan; from sam_deploy.template import render;"
        f"app = load(Path({str(EXAMPLE)!r}));"
        "keys = {f'function/{each.name}': 'key.zip' for each in app.functions};"
        "stack = StackPlan('dzgro-sam', 'core', (), ('dev', 'staging', 'prod'));"
        "sys.stdout.write(render(app, stack, keys).body)"
    )
    bodies = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    keys = {each.name: "key.zip" for each in dzgro.functions}
    assert {render_app(dzgro, **keys).template.body} == bodies


def test_the_text_does_not_depend_on_the_regions_of_one_deployment(dzgro: App) -> None:
    """A template reviewed for one region is the template of all: regions are parameters."""
    keys = {f"function/{each.name}": "key.zip" for each in dzgro.functions}
    here = StackPlan("dzgro-sam-ams", "ams", ("eu-west-1",), ("dev", "staging", "prod"))
    everywhere = dataclasses.replace(here, regions=("eu-west-1", "us-east-1", "us-west-2"))
    assert render(dzgro, here, keys) == render(dzgro, everywhere, keys)


def test_no_account_and_no_region_stands_in_the_core_template(
    dzgro: App, render_app: Callable[..., Any]
) -> None:
    """R037: each function reaches the endpoints of its own region."""
    lines = render_app(dzgro).template.body.splitlines()
    # the dashboard looks at every region from the first one: that is what it is for
    body = "\n".join(line for line in lines if "DashboardBody" not in line)
    assert [] == re.findall(r"\b\d{12}\b|ap-south-1|us-east-1|us-west-2", body)


def test_the_core_stack_holds_everything_but_ams(
    dzgro: App, render_app: Callable[..., Any]
) -> None:
    """R032, R045, R068: five functions, 24 queues, nine buckets, three pools, one API."""
    rendered = render_app(dzgro)
    expected = {
        "AWS::Serverless::Function": 5,
        "AWS::Lambda::Version": 5,
        "AWS::Lambda::Alias": 15,
        "AWS::SQS::Queue": 24,
        "AWS::Lambda::EventSourceMapping": 12,
        "AWS::S3::Bucket": 9,
        "AWS::Cognito::UserPool": 3,
        "AWS::Cognito::UserPoolClient": 3,
        "AWS::ApiGatewayV2::Api": 1,
        "AWS::ApiGatewayV2::Route": 2,
        "AWS::ApiGatewayV2::Stage": 3,
    }
    assert expected == {kind: len(rendered.of_type(kind)) for kind in expected}
    assert [] == [name for name in rendered.resources if name.startswith("Ams")]
    assert rendered.template.resource_count == len(rendered.resources)


def test_the_ams_stack_holds_only_ams(dzgro: App, render_app: Callable[..., Any]) -> None:
    """R033, C03-C05: two functions and their queues; neither stack can delete the other's."""
    rendered = render_app(dzgro, "ams")
    assert "dzgro-sam-ams" == rendered.template.stack_name
    assert [] == [name for name in rendered.resources if not name.startswith("Ams")]
    assert {"AmsChangeFunction", "AmsPerformanceFunction"} == set(
        rendered.of_type("AWS::Serverless::Function")
    )
    assert set() == set(rendered.resources) & set(render_app(dzgro).resources)


@pytest.mark.parametrize("feature_set", ["core", "ams"])
def test_everything_that_can_carry_tags_carries_them(
    feature_set: str, dzgro: App, render_app: Callable[..., Any]
) -> None:
    """R034, C42: Project, and the environment or `shared`."""
    rendered = render_app(dzgro, feature_set)
    assert (
        set() == {each["Type"] for each in rendered.resources.values()} - set(TAGGED) - UNTAGGABLE
    )
    for name, each in rendered.resources.items():
        if each["Type"] in TAGGED:
            tags = each["Properties"][TAGGED[each["Type"]]]
            found = {t["Key"]: t["Value"] for t in tags} if isinstance(tags, list) else tags
            owner = next((e for e in ("Dev", "Staging", "Prod") if e in name), "shared")
            assert {"Project": "Dzgro", "Environment": owner.lower()} == found


def test_tags_of_the_app_are_added_and_cannot_replace_ours(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Cost reports rely on Environment being what it says."""
    app = make_app(queues=[Queue("Jobs")], tags={"Team": "web", "Environment": "mine"})
    tags = render_app(app).properties("JobsDevQ")["Tags"]
    expected = {"Project": "Shop", "Environment": "dev", "Team": "web"}
    assert expected == {each["Key"]: each["Value"] for each in tags}


def test_parameters_are_the_bucket_the_suffix_and_the_layers_in_use(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A layer of another feature set, or of nobody, is not asked for."""
    layers = [Layer(name, requirements=["six"]) for name in ("web", "other", "nobodys")]
    functions = [
        Function("Job", source="j", layers=["web"]),
        Function("Far", source="f", layers=["other"], feature_set="extra"),
    ]
    template = render_app(make_app(layers=layers, functions=functions)).template
    assert ("ArtifactBucket", "RegionSuffix", "WebLayerArn", "FirstRegion") == template.parameters
    assert {"web": "WebLayerArn"} == template.layer_parameters


def test_outputs_tell_what_people_look_for(dzgro: App, render_app: Callable[..., Any]) -> None:
    """Addresses, names and ids, each with a sentence."""
    rendered = render_app(dzgro)
    outputs = rendered.document["Outputs"]
    assert tuple(outputs) == rendered.template.outputs
    assert {"Ref": "ApiHttpApi"} == outputs["ApiHttpApiId"]["Value"]
    assert {"Fn::Sub": "${ApiHttpApi.ApiEndpoint}/prod"} == outputs["ApiHttpApiProdUrl"]["Value"]
    for name in (
        "AmazonReportsDevQUrl",
        "AmazonReportsDevDLQUrl",
        "DzgroInvoiceProdBucketName",
        "DzgroUserPoolStagingId",
        "DzgroStagingClientId",
        "ApiFunctionName",
    ):
        assert name in outputs
    assert [] == [name for name, each in outputs.items() if not each["Description"]]


def test_two_resources_with_one_logical_id_are_refused(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """a-b and a--b differ in S3, not in CloudFormation: neither is left out silently."""
    app = make_app(
        feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
        buckets=[Bucket("a-b"), Bucket("a--b")],
    )
    with pytest.raises(ConfigError) as raised:
        render_app(app)
    assert "Stack `shop-sam` would have two resources called `ABDevBucket`" == raised.value.what


def test_a_template_is_plain_yaml(dzgro: App, render_app: Callable[..., Any]) -> None:
    """R031: no anchors, aliases, tags or short forms that another reader might not know."""
    body = render_app(dzgro).template.body
    assert [] == re.findall(r"(?m)^\s*(?:- )?(?:[\w:]+: )?[&!][A-Za-z].*$", body)
    assert body.startswith("AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-")
