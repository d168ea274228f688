"""ARNs of what a template makes, by IAM's resource types. Pure.

A name that the template gives stands in the ARN. Without one CloudFormation makes it of the stack's
name and the logical id, or the service gives an id that nobody knows before: then the ARN ends in
`*`. Source: CloudFormation user guide, "Name type"; service authorization reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.export.iam.scope import ANY, Scope, names_of
from sam_deploy.export.source import Resource, Source

Registry = Mapping[tuple[str, str], tuple[str, ...]]
"""(service, resource type) -> ARNs of the app's things of that type."""

GENERATED: Final = 14
"""What CloudFormation puts behind a name that it makes: two hyphens, twelve characters."""
KEPT: Final = 20
"""Of a stack's name that is too long together with the logical id, so much stays for certain."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How things of one type are called, and what their ARNs are."""

    name: str
    """The property with the name; '' when there is none: then the service gives an id."""
    arns: tuple[tuple[str, str, str], ...]
    """(service, resource type, rest of the ARN with `{}` for the name)."""
    longest: int = 128
    lower: bool = False


_FUNCTION: Final = _Kind(
    "FunctionName",
    (
        ("lambda", "function", "function:{}"),
        # IAM takes a call about an alias or a version for one about the function with a qualifier
        ("lambda", "function", "function:{}:*"),
    ),
    64,
)
KINDS: Final[Mapping[str, _Kind]] = {
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Serverless::Function": _FUNCTION,
    "AWS::Lambda::LayerVersion": _Kind(
        "LayerName", (("lambda", "layer", "layer:{}"), ("lambda", "layerVersion", "layer:{}:*"))
    ),
    "AWS::IAM::Role": _Kind("RoleName", (("iam", "role", "role/{}"),), 64),
    "AWS::Logs::LogGroup": _Kind(
        "LogGroupName",
        (("logs", "log-group", "log-group:{}"), ("logs", "log-group", "log-group:{}:*")),
        512,
    ),
    "AWS::SQS::Queue": _Kind("QueueName", (("sqs", "queue", "{}"),), 80),
    "AWS::SNS::Topic": _Kind("TopicName", (("sns", "topic", "{}"), ("sns", "topic", "{}:*")), 256),
    "AWS::Events::EventBus": _Kind("Name", (("events", "event-bus", "event-bus/{}"),)),
    "AWS::Events::Archive": _Kind("ArchiveName", (("events", "archive", "archive/{}"),), 48),
    "AWS::Events::Rule": _Kind(
        "Name",
        (
            ("events", "rule-on-default-event-bus", "rule/{}"),
            ("events", "rule-on-custom-event-bus", "rule/*/{}"),
        ),
        64,
    ),
    "AWS::Scheduler::Schedule": _Kind("Name", (("scheduler", "schedule", "schedule/*/{}"),), 64),
    "AWS::DynamoDB::Table": _Kind(
        "TableName", (("dynamodb", "table", "table/{}"), ("dynamodb", "index", "table/{}/index/*"))
    ),
    "AWS::S3::Bucket": _Kind("BucketName", (("s3", "bucket", "{}"),), 63, lower=True),
    "AWS::SSM::Parameter": _Kind("Name", (("ssm", "parameter", "parameter/{}"),)),
    "AWS::SecretsManager::Secret": _Kind("Name", (("secretsmanager", "Secret", "secret:{}-*"),)),
    "AWS::CloudWatch::Alarm": _Kind("AlarmName", (("cloudwatch", "alarm", "alarm:{}"),), 255),
    "AWS::CloudWatch::Dashboard": _Kind(
        "DashboardName", (("cloudwatch", "dashboard", "dashboard/{}"),)
    ),
    "AWS::WAFv2::WebACL": _Kind(
        "Name",
        (
            ("wafv2", "webacl", "*/webacl/{}/*"),
            # the rules of AWS's own groups that a list refers to
            ("wafv2", "managedruleset", "*/managedruleset/*/*"),
        ),
    ),
    "AWS::StepFunctions::StateMachine": _Kind(
        "StateMachineName", (("states", "statemachine", "stateMachine:{}"),), 80
    ),
}
"""Type -> how its things are called. Of other types no name is known: any of the account."""
SAME: Final = {
    "AWS::DynamoDB::GlobalTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::LayerVersion": "AWS::Lambda::LayerVersion",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
}


PATHS: Final = ""
"""In place of a resource type, for API Gateway: it has one for every path of its API."""
_API_PATHS: Final = {
    "AWS::ApiGateway::": ("/restapis", "/restapis/*", "/tags/*"),
    "AWS::ApiGatewayV2::": ("/apis", "/apis/*", "/tags/*"),
    "AWS::ApiGateway::DomainName": ("/domainnames", "/domainnames/*"),
    "AWS::ApiGateway::BasePathMapping": ("/domainnames/*",),
    "AWS::ApiGateway::UsagePlan": ("/usageplans", "/usageplans/*"),
    "AWS::ApiGateway::ApiKey": ("/apikeys", "/apikeys/*"),
    "AWS::ApiGateway::VpcLink": ("/vpclinks", "/vpclinks/*"),
    "AWS::ApiGatewayV2::DomainName": ("/domainnames", "/domainnames/*"),
    "AWS::ApiGatewayV2::ApiMapping": ("/domainnames/*",),
    "AWS::ApiGatewayV2::VpcLink": ("/vpclinks", "/vpclinks/*"),
    "AWS::WAFv2::WebACLAssociation": ("/restapis/*/stages/*", "/apis/*/stages/*"),
}
"""Beginning of a type -> paths that its calls go to: the ids in them come from the service."""


def registry(scope: Scope) -> Registry:
    """Return the ARNs of everything that the app's templates make."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source in scope.sources:
        for resource in source.resources.values():
            for service, kind, arn in _arns(scope, source, resource):
                found[service, kind].add(arn)
            for path in _paths(resource.kind):
                found["apigateway", PATHS].add(scope.arn("apigateway", path))
    for name in scope.layers:
        found["lambda", "layer"].add(scope.arn("lambda", f"layer:{name}"))
        found["lambda", "layerVersion"].add(scope.arn("lambda", f"layer:{name}:*"))
    found["lambda", "layerVersion"].update(scope.foreign_layers)
    for name in scope.buckets:
        found["s3", "bucket"].add(scope.arn("s3", name))
    for bucket in scope.artifact_buckets:
        # what CloudFormation reads of a template's archives
        found["s3", "object"].add(scope.arn("s3", f"{bucket}/artifacts/*"))
    for name in {source.stack_name for source in scope.sources}:
        found["cloudformation", "stack"].add(scope.arn("cloudformation", f"stack/{name}/*"))
    # our own change sets begin so; their ARNs do not tell the stack
    found["cloudformation", "changeset"].add(scope.arn("cloudformation", "changeSet/sd-*/*"))
    if scope.hosted_zone:
        found["route53", "hostedzone"].add(scope.arn("route53", f"hostedzone/{scope.hosted_zone}"))
    return {key: tuple(sorted(arns)) for key, arns in found.items()}


def _paths(kind: str) -> Iterator[str]:
    for begins, paths in _API_PATHS.items():
        if kind.startswith(begins):
            yield from paths


def _arns(scope: Scope, source: Source, resource: Resource) -> Iterator[tuple[str, str, str]]:
    kind = KINDS.get(SAME.get(resource.kind, resource.kind))
    if kind is None:
        return
    suffixes = [naming.region_suffix(each, scope.home_region) for each in source.regions]
    names = names_of(resource.text(kind.name), suffixes) if resource.value(kind.name) else ()
    for name in names or (generated(source.stack_name, resource.logical_id, kind),):
        for service, type_, rest in kind.arns:
            # a parameter's name begins with the slash that its ARN has anyway
            called = name.removeprefix("/") if service == "ssm" else name
            yield service, type_, scope.arn(service, rest.format(called))
    if resource.kind == "AWS::Serverless::Function" and not resource.value("Role"):
        # the SAM transform makes one
        yield (
            "iam",
            "role",
            scope.arn("iam", f"role/{source.stack_name}-{resource.logical_id}Role-*"),
        )


def generated(stack: str, logical_id: str, kind: _Kind) -> str:
    """Return the pattern of a name that CloudFormation makes: `STACK-LOGICALID-*`.

    Where that is longer than the service allows CloudFormation shortens both, in a way that is
    not documented; then the beginning of the stack's name is all that is relied on.
    """
    whole = f"{stack}-{logical_id}"
    name = whole if len(whole) + GENERATED <= kind.longest else stack[:KEPT]
    end = f"-{ANY}" if name == whole else ANY
    return (name.lower() if kind.lower else name) + end
