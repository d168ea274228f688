from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy import naming

ENVIRONMENTS = [("dev", "Dev"), ("staging", "Staging"), ("prod", "Prod"), ("local", "Local")]
RESOURCE = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,20}", fullmatch=True)
BUCKET = st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)
ENVIRONMENT = st.from_regex(r"[a-z][a-z0-9]{1,15}", fullmatch=True)


def test_functions_have_no_environment_in_their_name() -> None:
    """R022, R040 getFunctionName: shared by all environments, unless they are isolated (C01)."""
    assert "ApiFunction" == naming.function_name("Api")
    assert "ApiDevFunction" == naming.function_name("Api", "dev")


def test_roles_have_no_environment_in_their_name() -> None:
    """R023, C45 getLambdaRoleName."""
    assert "ApiLambdaRole" == naming.lambda_role_name("Api")


@pytest.mark.parametrize(("environment", "word"), ENVIRONMENTS)
def test_queues_carry_their_environment(environment: str, word: str) -> None:
    """R020, R027, C24 getQueueName: Q, DLQ and mapping; unlike the diagrams' AmazonReportsQDev."""
    assert f"AmazonReports{word}Q" == naming.queue_name("AmazonReports", environment)
    assert f"AmazonReports{word}DLQ" == naming.dead_letter_queue_name("AmazonReports", environment)
    assert f"AmazonReports{word}EventSourceMapping" == naming.event_source_mapping_id(
        "AmazonReports", environment
    )


@pytest.mark.parametrize(("environment", "word"), ENVIRONMENTS)
def test_buckets_carry_their_environment(environment: str, word: str) -> None:
    """R020, R021, R027, C24 getBucketName, getBucketResourceName: not dzgro-reports-dev."""
    assert f"dzgro-report-data-{environment}" == naming.bucket_name(
        "dzgro-report-data", environment
    )
    assert f"DzgroReportData{word}Bucket" == naming.bucket_id("dzgro-report-data", environment)


def test_buckets_outside_the_home_region_carry_the_region() -> None:
    """C06: bucket names are global, and the documented ones belong to the home region."""
    assert "" == naming.region_suffix("ap-south-1", "ap-south-1")
    assert "-eu-west-1" == naming.region_suffix("eu-west-1", "ap-south-1")


def test_user_pools_and_clients_carry_their_environment() -> None:
    """R020, R027 getUserPoolName and the client's."""
    assert "DzgroUserPoolDev" == naming.user_pool_name("Dzgro", "dev")
    assert "DzgroDevClient" == naming.user_pool_client_name("Dzgro", "dev")


def test_the_api_gateway_role_keeps_its_environment() -> None:
    """R021 getApiGatewayRoleName."""
    assert "ApiGatewayRoleDev" == naming.api_gateway_role_name("dev")


def test_the_api_gateway_loses_its_environment() -> None:
    """R022 getApiGatewayName."""
    assert "ApiGateway" == naming.api_gateway_name()


def test_one_http_api_has_all_routes() -> None:
    """R024, R060, C07 getApiHttpApiName; there is no WebhookHttpApi any more (R068)."""
    assert "ApiHttpApi" == naming.http_api_id()


def test_parts_of_apis_are_called_after_api_and_environment() -> None:
    """The ids of stages and domains are the same whether environments share an API or not."""
    assert "ApiHttpApiDev" == naming.http_api_id("dev")
    assert "ApiRestApi" == naming.REST_API
    assert "ApiHttpApiDevStage" == naming.stage_id("dev")
    assert "ApiRestApiDevDomain" == naming.api_part_id(naming.REST_API, "dev", "Domain")
    assert "ApiHttpApiDevOrdersIntegration" == naming.http_api_integration_id("Orders", "dev")


def test_certificates_come_in_by_a_parameter_of_kind_and_environment() -> None:
    """R111: the stack takes the certificate of its own region, once it is issued."""
    assert "ApiDevCertificateArn" == naming.certificate_parameter("Api", "dev")
    assert "HasApiDevCertificate" == naming.certificate_condition("Api", "dev")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_alias_and_stage_are_called_like_the_environment(environment: str) -> None:
    """R024, R041, R063 getLambdaAliasName, getApiStageName."""
    assert environment == naming.alias_name(environment)
    assert environment == naming.stage_name(environment)


def test_logical_ids_of_version_and_aliases_are_frozen() -> None:
    """R041, C13-C16: a changed id makes CloudFormation make the version again, and fail."""
    assert "ApiFunctionFirstVersion" == naming.first_version_id("Api")
    assert ["ApiFunctionAliasDev", "ApiFunctionAliasStaging", "ApiFunctionAliasProd"] == [
        naming.alias_id("Api", environment) for environment in ("dev", "staging", "prod")
    ]


def test_an_alias_arn_names_region_and_account_by_reference() -> None:
    """R024 getLambdaArnWithAlias."""
    expected = (
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:ApiFunction:dev"
    )
    assert expected == naming.lambda_arn_with_alias("Api", "dev")


@pytest.mark.parametrize(
    ("kind", "label", "expected"),
    [
        ("Auth", "dev", "auth.dev.dzgro.com"),
        ("Api", "staging", "api.staging.dzgro.com"),
        ("Auth", None, "auth.dzgro.com"),
        ("Api", None, "api.dzgro.com"),
    ],
)
def test_domains_name_their_kind_first(kind: str, label: str | None, expected: str) -> None:
    """R020, R025 getDomainNameByType: type.env.dzgro.com, without env for prod."""
    assert expected == naming.domain_name(kind, "dzgro.com", label)


def test_an_environments_domain_has_no_label_in_prod() -> None:
    """R025 envDomain."""
    assert "dev.dzgro.com" == naming.environment_domain("dzgro.com", "dev")
    assert "dzgro.com" == naming.environment_domain("dzgro.com", None)


def test_tags_are_project_and_environment() -> None:
    """R021, R034, C42 getDictTag, getListTag: what is shared says so."""
    assert {"Project": "Dzgro", "Environment": "dev"} == naming.tags("dzgro", "dev")
    assert {"Project": "Dzgro", "Environment": "shared"} == naming.tags("dzgro")
    expected = [{"Key": "Project", "Value": "Dzgro"}, {"Key": "Environment", "Value": "dev"}]
    assert expected == naming.tag_list(naming.tags("dzgro", "dev"))


@pytest.mark.parametrize(
    ("feature_set", "environment", "expected"),
    [
        ("core", "", "dzgro-sam"),
        ("ams", "", "dzgro-sam-ams"),
        ("core", "dev", "dzgro-sam-dev"),
        ("ams", "prod", "dzgro-sam-ams-prod"),
        ("core", "local", "dzgro-sam-local"),
    ],
)
def test_stacks_are_named_by_feature_set_and_isolation(
    feature_set: str, environment: str, expected: str
) -> None:
    """R026, C01, C03: one stack per feature set, and per environment when isolated."""
    first = feature_set == "core"
    name = naming.stack_name("dzgro", feature_set, first=first, environment=environment)
    assert expected == name
    assert f"{expected}.yaml" == naming.template_file(name)


def test_layers_belong_to_no_environment() -> None:
    """R126, R133: archive names as in the documents, one parameter per layer."""
    assert "pymongo-deps.zip" == naming.layer_archive("pymongo", local=False)
    assert "dzgroshared.zip" == naming.layer_archive("dzgroshared", local=True)
    assert "dzgro-pymongo" == naming.layer_name("dzgro", "pymongo")
    assert "PymongoLayerArn" == naming.layer_parameter("pymongo")


def test_there_is_one_artifact_bucket_per_account_and_region() -> None:
    """C33, R092: artifacts belong to no environment."""
    expected = "dzgro-sam-123456789012-eu-west-1"
    assert expected == naming.artifact_bucket_name("dzgro", "123456789012", "eu-west-1")


def test_settings_live_below_app_and_environment() -> None:
    """C17: one path per environment, so that a function can be granted single settings."""
    expected = "/dzgro/dev/RAZORPAY_WEBHOOK_SECRET"
    assert expected == naming.setting_name("dzgro", "dev", "RAZORPAY_WEBHOOK_SECRET")


def test_routes_that_look_alike_have_ids_of_their_own() -> None:
    """/a-b, /a/b and /{a}/b are three routes to API Gateway."""
    paths = ["/a-b", "/a/b", "/{a}/b", "/a/{b}", "/a/{b+}", "/A/b"]
    ids = {naming.http_api_route_id("GET", path) for path in paths}
    assert len(paths) == len(ids)
    assert all(re.fullmatch(r"ApiHttpApiGet[A-Za-z0-9]+", each) for each in ids)


@given(name=RESOURCE, bucket=BUCKET, environment=ENVIRONMENT)
def test_logical_ids_are_letters_and_digits(name: str, bucket: str, environment: str) -> None:
    """CloudFormation's rule for logical ids, for every name that a configuration may have."""
    ids = [
        naming.first_version_id(name),
        naming.alias_id(name, environment),
        naming.lambda_policy_name(name),
        naming.permission_id(name, environment, naming.title(bucket)),
        naming.queue_name(name, environment),
        naming.queue_policy_id(naming.dead_letter_queue_name(name, environment)),
        naming.event_source_mapping_id(name, environment),
        naming.bucket_policy_id(bucket, environment),
        naming.user_pool_name(name, environment),
        naming.user_pool_resource_server_id(name, name, environment),
        naming.http_api_integration_id(name),
        naming.stage_id(environment),
    ]
    assert [] == [each for each in ids if not re.fullmatch(r"[A-Za-z0-9]{1,255}", each)]


@given(
    name=st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,47}", fullmatch=True),
    bucket=st.from_regex(r"[a-z0-9][a-z0-9-]{1,40}[a-z0-9]", fullmatch=True),
    environment=ENVIRONMENT,
)
def test_names_keep_to_awss_limits(name: str, bucket: str, environment: str) -> None:
    """The longest names that a configuration may have still fit."""
    assert len(naming.function_name(name)) <= naming.FUNCTION_NAME_MAX
    assert len(naming.dead_letter_queue_name(name, environment)) <= naming.QUEUE_NAME_MAX
    assert len(naming.bucket_name(bucket, environment)) <= naming.BUCKET_NAME_MAX
