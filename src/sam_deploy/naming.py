"""Every name that AWS sees. Pure text, with AWS's limits; golden-tested against the documents.

Functions take plain strings: the app's name, a resource's name, an environment. Logical ids are
CloudFormation's: letters and digits only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

BUCKET_NAME_MAX: Final = 63
FUNCTION_NAME_MAX: Final = 64
QUEUE_NAME_MAX: Final = 80
REST_API: Final = "ApiRestApi"
"""Logical id of the REST API, of which a stack has one at most."""

ARTIFACT_BUCKET: Final = "ArtifactBucket"
"""Stack parameter: the bucket of the stack's region that holds the archives."""
SAM_ARTIFACT_BUCKET: Final = "SamDeployArtifactBucket"
"""The same in somebody's own SAM template, which may have an `ArtifactBucket` of its own."""
FIRST_REGION: Final = "FirstRegion"
"""Stack parameter: yes in the first region of the feature set, which holds what exists once."""
REGION_SUFFIX: Final = "RegionSuffix"
"""Stack parameter: what makes bucket names unique outside the home region."""


def title(name: str) -> str:
    """Return `name` as one capitalised word: dzgro-report-data -> DzgroReportData."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def function_name(function: str, environment: str = "") -> str:
    """ApiFunction; with an environment (isolated topology) ApiDevFunction."""
    return f"{function}{title(environment)}Function"


def first_version_id(function: str) -> str:
    """Logical id of the version that a stack makes once. Frozen: see docs/concepts/aliases."""
    return f"{function}FunctionFirstVersion"


def alias_id(function: str, environment: str) -> str:
    """ApiFunctionAliasDev."""
    return f"{function}FunctionAlias{title(environment)}"


def alias_name(environment: str) -> str:
    """Return the Lambda alias of an environment: its own name."""
    return environment


def lambda_role_name(function: str) -> str:
    """ApiLambdaRole: a logical id only, since role names are global (C06)."""
    return f"{function}LambdaRole"


def lambda_policy_name(function: str) -> str:
    """ApiLambdaPolicy: what `uses=`, `settings=` and queue triggers let a function do."""
    return f"{function}LambdaPolicy"


def log_group_id(owner: str) -> str:
    """ApiFunctionLogGroup, for the logical id of what writes the log."""
    return f"{owner}LogGroup"


def vpc_mapping(function: str) -> str:
    """ApiVpc: the mapping with a function's subnets of each region."""
    return f"{function}Vpc"


def invoke_config_id(function: str, environment: str) -> str:
    """ApiFunctionAliasDevInvokeConfig."""
    return f"{alias_id(function, environment)}InvokeConfig"


def function_url_id(function: str, environment: str) -> str:
    """ApiFunctionAliasDevUrl."""
    return f"{alias_id(function, environment)}Url"


def permission_id(function: str, environment: str, source: str) -> str:
    """ApiFunctionAliasDevApiHttpApiPermission: `source` may invoke that alias."""
    return f"{alias_id(function, environment)}{source}Permission"


def lambda_arn_with_alias(function: str, environment: str) -> str:
    """Return the `Fn::Sub` text of a function's alias ARN in the stack's region and account."""
    name = function_name(function)
    return (
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
        f"{name}:{alias_name(environment)}"
    )


def queue_name(queue: str, environment: str) -> str:
    """AmazonReportsDevQ."""
    return f"{queue}{title(environment)}Q"


def dead_letter_queue_name(queue: str, environment: str) -> str:
    """AmazonReportsDevDLQ."""
    return f"{queue}{title(environment)}DLQ"


def resource_name(app: str, resource: str, environment: str) -> str:
    """dzgro-orders-dev: tables, topics and event buses."""
    return f"{app}-{resource}-{environment}"


def event_source_mapping_id(queue: str, environment: str) -> str:
    """AmazonReportsDevEventSourceMapping."""
    return f"{queue}{title(environment)}EventSourceMapping"


def queue_policy_id(queue_id: str) -> str:
    """AmazonReportsDevQPolicy, for the logical id of a queue or of its dead-letter queue."""
    return f"{queue_id}Policy"


def bucket_name(bucket: str, environment: str) -> str:
    """dzgro-report-data-dev: the name in the home region; see `region_suffix`."""
    return f"{bucket}-{environment}"


def bucket_id(bucket: str, environment: str) -> str:
    """DzgroReportDataDevBucket."""
    return f"{title(bucket)}{title(environment)}Bucket"


def bucket_policy_id(bucket: str, environment: str) -> str:
    """DzgroReportDataDevBucketPolicy."""
    return f"{bucket_id(bucket, environment)}Policy"


def region_suffix(region: str, home_region: str) -> str:
    """Return what makes a global name unique in other regions: '' at home, else -eu-west-1."""
    return "" if region == home_region else f"-{region}"


def user_pool_name(pool: str, environment: str) -> str:
    """DzgroUserPoolDev."""
    return f"{pool}UserPool{title(environment)}"


def user_pool_client_name(pool: str, environment: str, client: str = "") -> str:
    """DzgroDevClient; DzgroAdminDevClient for a client with a name."""
    return f"{pool}{title(client)}{title(environment)}Client"


def user_pool_resource_server_id(pool: str, identifier: str, environment: str) -> str:
    """DzgroUserPoolResourceServerDzgroDev."""
    return f"{pool}UserPoolResourceServer{title(identifier)}{title(environment)}"


def user_pool_group_id(pool: str, group: str, environment: str) -> str:
    """DzgroUserPoolGroupAdminsDev."""
    return f"{pool}UserPoolGroup{title(group)}{title(environment)}"


def api_gateway_name() -> str:
    """ApiGateway: the documents' name without its environment (R022)."""
    return "ApiGateway"


def api_gateway_role_name(environment: str) -> str:
    """ApiGatewayRoleDev, as in the documents (R021); HTTP APIs need no such role."""
    return f"ApiGatewayRole{title(environment)}"


def http_api_id(environment: str = "") -> str:
    """ApiHttpApi; ApiHttpApiDev where every environment has an API of its own."""
    return f"ApiHttpApi{title(environment)}"


def http_api_integration_id(function: str, environment: str = "") -> str:
    """ApiHttpApiRazorPayWebhookIntegration."""
    return f"{http_api_id(environment)}{function}Integration"


def http_api_route_id(method: str, path: str, environment: str = "") -> str:
    """ApiHttpApiAnyApiProxyRoute9b8ba1: the digits keep /a-b, /a/b and /{a}/b apart."""
    digest = hashlib.sha256(f"{method} {path}".encode()).hexdigest()[:6]
    return f"{http_api_id(environment)}{method.title()}{title(path)}Route{digest}"


def api_part_id(api: str, environment: str, part: str) -> str:
    """ApiHttpApiDevDomain, for the logical id of an API without its environment: ApiHttpApi."""
    return f"{api}{title(environment)}{part}"


def certificate_parameter(kind: str, environment: str) -> str:
    """ApiDevCertificateArn: the stack parameter that carries an issued certificate's ARN."""
    return f"{title(kind)}{title(environment)}CertificateArn"


def certificate_condition(kind: str, environment: str) -> str:
    """HasApiDevCertificate: whether that parameter is filled in."""
    return f"Has{title(kind)}{title(environment)}Certificate"


def stage_name(environment: str) -> str:
    """Return the API Gateway stage of an environment: its own name."""
    return environment


def stage_id(environment: str) -> str:
    """ApiHttpApiDevStage."""
    return api_part_id(http_api_id(), environment, "Stage")


def environment_domain(domain: str, label: str | None) -> str:
    """dev.dzgro.com for the label dev; dzgro.com for none."""
    return f"{label}.{domain}" if label else domain


def domain_name(kind: str, domain: str, label: str | None) -> str:
    """auth.dev.dzgro.com, api.dzgro.com: `kind` is auth or api."""
    return f"{kind.lower()}.{environment_domain(domain, label)}"


def stack_name(app: str, feature_set: str, *, first: bool, environment: str = "") -> str:
    """dzgro-sam for the first feature set, dzgro-sam-ams for others, -dev when isolated."""
    parts = [app, "sam", "" if first else feature_set, environment]
    return "-".join(part for part in parts if part)


def template_file(stack: str) -> str:
    """dzgro-sam.yaml."""
    return f"{stack}.yaml"


def artifact_bucket_name(app: str, account: str, region: str) -> str:
    """dzgro-sam-123456789012-eu-west-1: one per region and account (C33)."""
    return f"{app}-sam-{account}-{region}"


def layer_name(app: str, layer: str) -> str:
    """dzgro-pymongo: the same in every environment, since layers belong to none."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{app}-{layer}")


def layer_parameter(layer: str) -> str:
    """PymongoLayerArn: the stack parameter that carries a layer version's ARN."""
    return f"{title(layer)}LayerArn"


def layer_archive(layer: str, *, local: bool) -> str:
    """pymongo-deps.zip for requirements, dzgroshared.zip for a local package (R126)."""
    return f"{layer}.zip" if local else f"{layer}-deps.zip"


def dashboard_id() -> str:
    """Dashboard: an app has one."""
    return "Dashboard"


def dashboard_name(app: str, owner: str) -> str:
    """dzgro, or dzgro-prod where each environment has stacks of its own."""
    return f"{app}-{owner}" if owner else app


def alarm_topic_id(environment: str) -> str:
    """AlarmsProdTopic."""
    return f"Alarms{title(environment)}Topic"


def alarm_topic_name(stack: str, environment: str) -> str:
    """dzgro-sam-alarms-prod: one per stack, since each can send to its own only."""
    return f"{stack.removesuffix(f'-{environment}')}-alarms-{environment}"


def alarm_name(app: str, environment: str, alarm_id: str) -> str:
    """dzgro-prod-ApiFunctionAliasProdErrors."""
    return f"{app}-{environment}-{alarm_id.removesuffix('Alarm')}"


def table_id(table: str, environment: str) -> str:
    """OrdersProdTable."""
    return f"{title(table)}{title(environment)}Table"


def tags(app: str, environment: str = "shared") -> dict[str, str]:
    """Project=Dzgro, Environment=dev; shared resources carry Environment=shared (C42)."""
    return {"Project": title(app), "Environment": environment}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as Key and Value pairs, as most CloudFormation resources want them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def setting_name(app: str, environment: str, setting: str) -> str:
    """/dzgro/dev/RAZORPAY_WEBHOOK_SECRET: where Parameter Store keeps a setting."""
    return f"/{app}/{environment}/{setting}"
