"""Design section 6: what is done about each contradiction of the documents, seen in dzgro.

One test per decision that a template can show; its docstring names the contradictions. What
shows elsewhere is proven elsewhere: names in `test_naming.py`, layers and releases end to end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam_deploy import App, naming
from sam_deploy.plan import Request, make
from sam_deploy.plan.stacks import stacks_of

Render = Callable[..., Any]
Isolate = Callable[[App], App]
ENVIRONMENTS = ("dev", "staging", "prod")
PROJECT = Path(__file__).parents[3] / "examples" / "dzgro"


@pytest.fixture(scope="module")
def core(dzgro: App, render_app: Render) -> Any:
    return render_app(dzgro)


@pytest.fixture(scope="module")
def ams(dzgro: App, render_app: Render) -> Any:
    return render_app(dzgro, "ams")


def test_one_configuration_is_one_stack_or_one_per_environment(
    dzgro: App, isolated: Isolate
) -> None:
    """C01: dzgro-sam for all, or dzgro-sam-dev, -staging and -prod; each feature set its own."""
    alone = [stacks_of(isolated(dzgro), Request(environment=each)) for each in ENVIRONMENTS]
    assert ["dzgro-sam", "dzgro-sam-ams"] == [each.name for each in stacks_of(dzgro, Request())]
    assert [
        "dzgro-sam-dev",
        "dzgro-sam-ams-dev",
        "dzgro-sam-staging",
        "dzgro-sam-ams-staging",
        "dzgro-sam-prod",
        "dzgro-sam-ams-prod",
    ] == [stack.name for stacks in alone for stack in stacks]


def test_isolation_is_there_for_who_needs_it(
    core: Any, dzgro: App, render_app: Render, isolated: Isolate
) -> None:
    """C02: a shared role reaches every environment's queues; an isolated one its own only."""
    shared = str(core.properties("ApiLambdaPolicy"))
    alone = str(render_app(isolated(dzgro), "core", "prod").properties("ApiLambdaPolicy"))
    reached = [each for each in ENVIRONMENTS if f"AmazonReports{each.title()}Q" in shared]
    assert list(ENVIRONMENTS) == reached
    assert ["Prod"] == sorted(set(re.findall(r"AmazonReports([A-Z][a-z]+)Q", alone)))


def test_feature_sets_own_their_regions_and_resources(dzgro: App, core: Any, ams: Any) -> None:
    """C03, C04, C05, C25: core in four regions, AMS in the three with publishers; none twice."""
    regions = {each.feature_set: each.regions for each in stacks_of(dzgro, Request())}
    assert ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2") == regions["core"]
    assert {"eu-west-1", "us-east-1", "us-west-2"} == set(regions["ams"])
    assert set() == core.of_type("AWS::SQS::Queue").keys() & ams.of_type("AWS::SQS::Queue").keys()
    kind = "AWS::Serverless::Function"
    assert 7 == len([*core.of_type(kind), *ams.of_type(kind)])


def test_global_names_are_documented_at_home_and_carry_the_region_elsewhere(core: Any) -> None:
    """C06: buckets take a suffix that is empty in ap-south-1; roles have no name at all."""
    name = core.properties("DzgroReportDataProdBucket")["BucketName"]
    assert {"Fn::Sub": "dzgro-report-data-prod${RegionSuffix}"} == name
    assert ("", "-eu-west-1") == (
        naming.region_suffix("ap-south-1", "ap-south-1"),
        naming.region_suffix("eu-west-1", "ap-south-1"),
    )
    roles = core.of_type("AWS::IAM::Role").values()
    assert [] == [each for each in roles if "RoleName" in each["Properties"]]


def test_one_api_has_both_routes(core: Any) -> None:
    """C07, C47: one HTTP API; no webhook API, and no REST API in front of a queue."""
    routes = core.of_type("AWS::ApiGatewayV2::Route").values()
    assert ["ApiHttpApi"] == list(core.of_type("AWS::ApiGatewayV2::Api"))
    assert {"ANY /api/{proxy+}", "POST /webhook/rzrpay/{proxy+}"} == {
        each["Properties"]["RouteKey"] for each in routes
    }
    assert {} == core.of_type("AWS::ApiGateway::RestApi")
    assert [] == [name for name in core.of_type("AWS::SQS::Queue") if "azorpay" in name]


def test_certificates_are_per_environment_and_never_in_the_stack(core: Any) -> None:
    """C08, C09, C20: api.dev.dzgro.com, ...; a domain is there once its certificate is issued."""
    assert {} == core.of_type("AWS::CertificateManager::Certificate")
    domains = core.of_type("AWS::ApiGatewayV2::DomainName").values()
    assert ["api.dev.dzgro.com", "api.staging.dzgro.com", "api.dzgro.com"] == [
        each["Properties"]["DomainName"] for each in domains
    ]
    held_back = {each["Condition"] for each in domains}
    parameters = core.document["Parameters"]
    assert 3 == len(held_back)
    assert [""] * 3 == [
        parameters[naming.certificate_parameter("Api", each)]["Default"] for each in ENVIRONMENTS
    ]


def test_cors_is_the_documents_wildcard(core: Any) -> None:
    """C10: five methods, five headers, every origin, 300 s."""
    cors = core.properties("ApiHttpApi")["CorsConfiguration"]
    assert (["*"], 5, 5, 300) == (
        cors["AllowOrigins"],
        len(cors["AllowMethods"]),
        len(cors["AllowHeaders"]),
        cors["MaxAge"],
    )


def test_both_routes_go_through_the_alias_of_the_stage(core: Any) -> None:
    """C11, C12, C19: an unqualified webhook would serve unpromoted code in prod."""
    integrations = core.of_type("AWS::ApiGatewayV2::Integration").values()
    uris = [each["Properties"]["IntegrationUri"]["Fn::Sub"] for each in integrations]
    assert 2 == len([uri for uri in uris if ":${!stageVariables.LambdaAlias}/" in uri])
    stages = core.of_type("AWS::ApiGatewayV2::Stage").values()
    assert [(each, {"LambdaAlias": each}) for each in ENVIRONMENTS] == [
        (each["Properties"]["StageName"], each["Properties"]["StageVariables"]) for each in stages
    ]


def test_cloudformation_makes_aliases_and_never_moves_them(core: Any) -> None:
    """C13, C14, C15, C16: static version and aliases, no AutoPublishAlias, nothing at $LATEST."""
    for function in core.of_type("AWS::Serverless::Function").values():
        assert "AutoPublishAlias" not in function["Properties"]
    versions = core.of_type("AWS::Lambda::Version").values()
    assert {("FunctionName",)} == {tuple(each["Properties"]) for each in versions}
    for alias in core.of_type("AWS::Lambda::Alias").values():
        assert {"Name", "FunctionName", "FunctionVersion"} == set(alias["Properties"])
        assert "Version" == alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][1]


def test_weights_are_set_by_releases(core: Any) -> None:
    """C18: a weight in the template would come back with every rollback of a stack."""
    assert "RoutingConfig" not in core.template.body
    assert "ProvisionedConcurrency" not in core.template.body


def test_no_alias_has_variables_of_its_own(core: Any) -> None:
    """C17: settings are read by environment at run time; a template holds none and no secret."""
    functions = core.of_type("AWS::Serverless::Function").values()
    assert [] == [each for each in functions if "Environment" in each["Properties"]]
    policy = str(core.properties("RazorPayWebhookLambdaPolicy"))
    for environment in ENVIRONMENTS:
        assert f"parameter/dzgro/{environment}/RAZORPAY_WEBHOOK_SECRET" in policy


def test_each_environment_has_its_mappings_and_local_none(
    core: Any, dzgro: App, render_app: Render
) -> None:
    """C21, C22: twelve of core, each to the alias of its name; buckets alike; local has queues."""
    mappings = core.of_type("AWS::Lambda::EventSourceMapping")
    targets = [each["Properties"]["FunctionName"]["Ref"] for each in mappings.values()]
    assert {f"QueueModelMessageProcessorFunctionAlias{e.title()}" for e in ENVIRONMENTS} == set(
        targets
    )
    assert 12 == len(mappings)
    for environment in ENVIRONMENTS:
        bucket = core.properties(f"DzgroReportData{environment.title()}Bucket")
        (notification,) = bucket["NotificationConfiguration"]["LambdaConfigurations"]
        expected = f"DzgroReportsS3TriggerFunctionAlias{environment.title()}"
        assert {"Ref": expected} == notification["Function"]
    local = render_app(dzgro, "core", "local")
    assert {} == local.of_type("AWS::Lambda::EventSourceMapping")
    assert 12 == len(local.of_type("AWS::SQS::Queue"))


def test_names_are_those_of_the_naming_functions(core: Any) -> None:
    """C24, C45: AmazonReportsDevQ, not AmazonReportsQDev; roles without an environment."""
    assert "AmazonReportsDevQ" in core.resources
    assert "AmazonReportsDevDLQ" in core.resources
    assert "ApiLambdaRole" in core.resources


def test_layers_are_parameters_since_their_arns_are_regional(core: Any) -> None:
    """C30: built once; each region's own version is handed to the one template."""
    layers = core.properties("ApiFunction")["Layers"]
    assert [{"Ref": f"{each}LayerArn"} for each in ("Secrets", "Api", "Mangum", "Dzgroshared")] == (
        layers
    )


def test_archives_belong_to_no_environment(core: Any) -> None:
    """C33: one bucket per region and account; the key is the content."""
    places = {
        str(each["Properties"]["CodeUri"]["Bucket"])
        for each in core.of_type("AWS::Serverless::Function").values()
    }
    assert {str({"Ref": "ArtifactBucket"})} == places
    assert "dzgro-sam-123456789012-eu-west-1" == naming.artifact_bucket_name(
        "dzgro", "123456789012", "eu-west-1"
    )


def test_the_pools_domain_is_not_made_by_the_stack(core: Any) -> None:
    """C36, C37: it comes after the pool, by the API; three pools in a region."""
    assert {} == core.of_type("AWS::Cognito::UserPoolDomain")
    assert 3 == len(core.of_type("AWS::Cognito::UserPool"))


def test_shared_things_are_tagged_as_shared(core: Any) -> None:
    """C42, R034: Project on everything, Environment where there is one."""
    shared = core.properties("ApiFunction")["Tags"]
    own = core.properties("AmazonReportsProdQ")["Tags"]
    assert {"Project": "Dzgro", "Environment": "shared"} == shared
    assert {"Key": "Environment", "Value": "prod"} in own


def test_nothing_of_the_app_comes_from_another_project(dzgro: App) -> None:
    """C46, C25: every source is a folder of the project itself; six functions and the webhook."""
    plan = make(dzgro, PROJECT, Request())
    sources = [each.source for each in plan.builds if each.source]
    assert [] == [each for each in sources if not each.is_relative_to(PROJECT)]
    assert 7 == len([each for each in plan.builds if each.kind == "function"])
