"""Which resource leads to which: routes, triggers, subscriptions, rules, permissions to use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sam_deploy.export.diagram.sam_events import SCHEDULE, event_links, policy_links
from sam_deploy.export.source import Node, Resource, Source, below, flat, items, named, texts

READS: Final = (
    "Get",
    "BatchGet",
    "Query",
    "Scan",
    "List",
    "Receive",
    "Describe",
    "ConditionCheck",
    "AdminGet",
)
ABOUT: Final = ("GetQueueUrl", "GetQueueAttributes", "DescribeTable", "ConditionCheckItem")
"""What whoever writes needs as well: it gets nothing out of the resource."""

GIVEN_UP: Final = "given up"
"""What is written at the arrow to a queue that takes what could not be delivered."""


@dataclass(frozen=True, slots=True)
class Link:
    """From one resource to another, each by logical id, reference or ARN."""

    start: str
    end: str
    label: str = ""


Rules: TypeAlias = Callable[[Source, Resource], Iterator[Link]]


def links(source: Source) -> Iterator[Link]:
    """Yield every link of a stack, in the order of the template."""
    for resource in source.resources.values():
        rule = _RULES.get(resource.kind)
        if rule is not None:
            yield from rule(source, resource)


def _api(source: Source, api: Resource) -> Iterator[Link]:
    del source
    yield Link("clients", api.logical_id)
    paths = api.value("Body", "paths")
    for path, methods in (paths if isinstance(paths, Mapping) else {}).items():
        for method, each in (methods if isinstance(methods, Mapping) else {}).items():
            uri = flat(below(each, "x-amazon-apigateway-integration", "uri"))
            if uri:
                verb = "ANY" if method.startswith("x-") else method.upper()
                yield Link(api.logical_id, _function_in(uri), f"{verb} {path}")
    for name in dict.fromkeys(_pools(api.properties)):
        yield Link(api.logical_id, name, "checks tokens")


def _pools(properties: Mapping[str, Node]) -> Iterator[str]:
    """Yield the user pools that an API's own properties name as its authorizers."""
    for name in ("Auth", "Body"):
        for text in texts(properties.get(name)):
            yield from (each for each in named(text) if "pool" in each.lower())


def _function_in(uri: str) -> str:
    """Return the function's ARN out of an integration's address, without its alias."""
    arn = uri.rsplit("/functions/", 1)[-1].removesuffix("/invocations")
    head, found, rest = arn.partition(":function:")
    return f"{head}{found}{rest.split(':')[0]}" if found else arn


def _route(source: Source, route: Resource) -> Iterator[Link]:
    target = next((each for each in named(route.text("Target"))), "")
    integration = source.resources.get(target)
    if integration is not None:
        yield Link(
            route.text("ApiId"),
            _function_in(integration.text("IntegrationUri")),
            route.text("RouteKey"),
        )


def _authorizer(source: Source, authorizer: Resource) -> Iterator[Link]:
    del source
    for text in (authorizer.text("JwtConfiguration", "Issuer"), authorizer.text("ProviderARNs")):
        for name in named(text):
            api = authorizer.text("ApiId") or authorizer.text("RestApiId")
            yield Link(api, name, "checks tokens")


def _mapping(source: Source, mapping: Resource) -> Iterator[Link]:
    yield Link(mapping.text("EventSourceArn"), _alias(source, mapping.text("FunctionName")))


def _alias(source: Source, text: str) -> str:
    """Return the function of an alias that is named, else the text as it is."""
    for name in named(text):
        found = source.resources.get(name)
        if found is not None and found.kind == "AWS::Lambda::Alias":
            return found.text("FunctionName")
    return text


def _bucket(source: Source, bucket: Resource) -> Iterator[Link]:
    for kind, target in (("Lambda", "Function"), ("Queue", "Queue"), ("Topic", "Topic")):
        for each in items(bucket.value("NotificationConfiguration", f"{kind}Configurations")):
            if isinstance(each, Mapping):
                yield Link(bucket.logical_id, _alias(source, flat(each.get(target))), "uploads")


def _subscription(source: Source, subscription: Resource) -> Iterator[Link]:
    topic = subscription.text("TopicArn")
    yield Link(topic, _alias(source, subscription.text("Endpoint")))
    yield Link(topic, subscription.text("RedrivePolicy", "deadLetterTargetArn"), GIVEN_UP)


def _rule(source: Source, rule: Resource) -> Iterator[Link]:
    bus, when = rule.text("EventBusName"), rule.text("ScheduleExpression")
    start = "default event bus" if bus in {"", "default"} else bus
    start = f"{SCHEDULE}{when}" if when else start
    label = "" if when else _pattern(rule.value("EventPattern"))
    for target in items(rule.value("Targets")):
        if isinstance(target, Mapping):
            yield Link(start, _alias(source, flat(target.get("Arn"))), label)
            yield Link(start, flat(target.get("DeadLetterConfig")), GIVEN_UP)


def _pattern(pattern: Node) -> str:
    if isinstance(pattern, str):
        pattern = json.loads(pattern)
    if not isinstance(pattern, Mapping):
        return ""
    for name in ("detail-type", "source"):
        said = [each for each in items(pattern.get(name)) if isinstance(each, str)]
        if said:
            return ", ".join(said)
    return "some events"


def _schedule(source: Source, schedule: Resource) -> Iterator[Link]:
    yield Link(schedule.logical_id, _alias(source, schedule.text("Target", "Arn")))
    yield Link(schedule.logical_id, schedule.text("Target", "DeadLetterConfig", "Arn"), GIVEN_UP)


def _pool(source: Source, pool: Resource) -> Iterator[Link]:
    yield Link("clients", pool.logical_id, "sign in")
    triggers = pool.value("LambdaConfig")
    for name, target in (triggers if isinstance(triggers, Mapping) else {}).items():
        arn = target.get("LambdaArn", target) if isinstance(target, Mapping) else target
        yield Link(pool.logical_id, _alias(source, flat(arn)), name.removesuffix("Config"))


def _distribution(source: Source, distribution: Resource) -> Iterator[Link]:
    del source
    yield Link("clients", distribution.logical_id)
    for origin in items(distribution.value("DistributionConfig", "Origins")):
        if isinstance(origin, Mapping):
            yield Link(distribution.logical_id, flat(origin.get("DomainName")), "files")


def _url(source: Source, url: Resource) -> Iterator[Link]:
    yield Link("clients", _alias(source, url.text("TargetFunctionArn")), "function URL")


def _policy(source: Source, policy: Resource) -> Iterator[Link]:
    """What a function's role may use: one link to each resource that its statements name."""
    roles = {name for text in texts(policy.value("Roles")) for name in named(text)}
    users = [
        each.logical_id
        for each in source.resources.values()
        if each.kind in {"AWS::Serverless::Function", "AWS::Lambda::Function"}
        and roles.intersection(named(each.text("Role")))
    ]
    for statement in items(policy.value("PolicyDocument", "Statement")):
        if isinstance(statement, Mapping):
            yield from _uses(users, statement)


def _uses(users: Sequence[str], statement: Mapping[str, Node]) -> Iterator[Link]:
    actions = [flat(each).split(":")[-1] for each in items(statement.get("Action"))]
    consumes = "ReceiveMessage" in actions or "GetRecords" in actions
    acts = [each for each in actions if each not in ABOUT]
    for verb in dict.fromkeys(map(_verb, acts or actions)):
        if consumes and verb != "sends":
            continue  # that is the trigger's, which is drawn the other way round
        for resource in items(statement.get("Resource")):
            for user in users:
                yield Link(user, flat(resource), verb)


def _verb(action: str) -> str:
    """Return what an action does to a resource, in a word."""
    if action.startswith(("Send", "Publish", "PutEvents", "PutRecord")):
        return "sends"
    if action.startswith(("Invoke", "StartExecution")):
        return "calls"
    return "reads" if action.startswith(READS) else "writes"


def _connector(source: Source, connector: Resource) -> Iterator[Link]:
    """Source: AWS SAM specification, AWS::Serverless::Connector; `Permissions` says what it may."""
    del source
    may = {flat(each) for each in items(connector.value("Permissions"))}
    label = ", ".join(
        word for name, word in (("Read", "reads"), ("Write", "writes")) if name in may
    )
    for target in items(connector.value("Destination")):
        yield Link(
            connector.text("Source", "Id"), flat(below(target, "Id") or below(target, "Arn")), label
        )


def _function(source: Source, function: Resource) -> Iterator[Link]:
    del source
    for start, end, label in (*event_links(function), *policy_links(function)):
        yield Link(start, end, label)


_RULES: Final[Mapping[str, Rules]] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGateway::RestApi": _api,
    "AWS::Serverless::Api": _api,
    "AWS::Serverless::HttpApi": _api,
    "AWS::ApiGatewayV2::Route": _route,
    "AWS::ApiGatewayV2::Authorizer": _authorizer,
    "AWS::ApiGateway::Authorizer": _authorizer,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Url": _url,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Cognito::UserPool": _pool,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::IAM::Policy": _policy,
    "AWS::Serverless::Connector": _connector,
    "AWS::Serverless::Function": _function,
}
