"""A deployed stack as a SAM template that `deriving` understands. Pure.

What CloudFormation says in several resources (a function, its role, an API with routes and
integrations) is said again as SAM says it; what is known now of functions is literal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy import naming
from sam_deploy.cli.starting.deriving.reading import refers
from sam_deploy.cli.starting.stacks.deployed import FUNCTIONS, TRANSFORM, Code, Deployed
from sam_deploy.cli.starting.stacks.grants import policies
from sam_deploy.cli.starting.stacks.own import OwnData, own_data, own_policies
from sam_deploy.cli.starting.stacks.routes import add_routes, referred
from sam_deploy.cli.starting.stacks.secrets import looks_secret
from sam_deploy.sam.resources import every

DATA: Final = {
    "AWS::DynamoDB::Table": "Table",
    "AWS::DynamoDB::GlobalTable": "Table",
    "AWS::Serverless::SimpleTable": "Table",
    "AWS::S3::Bucket": "Bucket",
    "AWS::SQS::Queue": "Queue",
}
ATTACHED: Final = {
    "AWS::S3::BucketPolicy": "bucket",
    "AWS::SQS::QueuePolicy": "queue",
    "AWS::SQS::QueueInlinePolicy": "queue",
    "AWS::SNS::TopicPolicy": "topic",
    "AWS::ApplicationAutoScaling::ScalableTarget": "table or function",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "table or function",
    "AWS::Cognito::UserPoolDomain": "user pool",
    "AWS::Cognito::UserPoolGroup": "user pool",
    "AWS::Cognito::UserPoolIdentityProvider": "user pool",
    "AWS::Cognito::UserPoolResourceServer": "user pool",
    "AWS::Cognito::UserPoolRiskConfigurationAttachment": "user pool",
    "AWS::Cognito::UserPoolUICustomizationAttachment": "user pool",
    "AWS::Cognito::UserPoolUser": "user pool",
    "AWS::Cognito::UserPoolUserToGroupAttachment": "user pool",
    "AWS::Cognito::LogDeliveryConfiguration": "user pool",
    "AWS::Cognito::ManagedLoginBranding": "user pool",
}
"""Type -> what it is part of, although the old stack deletes it by itself; a client, too."""
RETAIN: Final = "retain it, too, before the old stack goes"
OWN: Final = "sam-deploy makes its own"
REASONS: Final = {
    "AWS::Lambda::Version": OWN,
    "AWS::Lambda::Alias": f"{OWN}: an alias for each environment",
    "AWS::Lambda::Permission": OWN,
    "AWS::Lambda::LayerVersion": "taken over as a `Layer` where a function has it",
    "AWS::Serverless::LayerVersion": "taken over as a `Layer` where a function has it",
    "AWS::Logs::LogGroup": f"{OWN}; the old one keeps what it holds",
    "AWS::IAM::Role": "roles are made from `uses` and `statements`: see what it granted",
    "AWS::IAM::Policy": "roles are made from `uses` and `statements`: see what it granted",
    "AWS::IAM::ManagedPolicy": "roles are made from `uses` and `statements`: see what it granted",
    "AWS::ApiGatewayV2::Stage": "each environment is a stage",
    "AWS::CloudWatch::Dashboard": OWN,
    **{kind: f"it is part of its {whole}: {RETAIN}" for kind, whole in ATTACHED.items()},
    "AWS::Cognito::UserPool": 'it stays; `UserPool(existing_ids={"dev": "{id}"})` refers to it',
    "AWS::Cognito::UserPoolClient": (
        f'`existing_client_ids={{"dev": "{{id}}"}}` names it; {RETAIN}'
    ),
    "AWS::SNS::Topic": "it stays; `Topic(existing=True, physical_name=...)` refers to it",
    "AWS::CloudFormation::Stack": "a nested stack: `init --from-stack {id}` reads it",
    "AWS::CloudFormation::CustomResource": "a custom resource: nobody knows what it does",
}
"""Type -> why it is not taken over; `{id}` is its physical id."""
LATER: Final = (*FUNCTIONS, "AWS::Lambda::EventSourceMapping")
TAKEN: Final = (
    *("Code", "CodeUri", "InlineCode", "Handler", "Runtime", "MemorySize", "Timeout", "Layers"),
    *("Description", "Architectures", "Environment", "EphemeralStorage", "TracingConfig"),
    *("Tracing", "Role", "FunctionName", "LoggingConfig", "Tags", "PackageType", "Policies"),
    *("Events", "AutoPublishAlias", "RuntimeManagementConfig"),
)
"""Properties of a function of which something is made."""


@dataclass(slots=True)
class Lifted:
    """A template, what it took from elsewhere, and what was left."""

    document: dict[str, Any]
    existing: dict[str, str] = field(default_factory=dict)
    """Logical id of a table, bucket or queue -> its name, under which it stays."""
    layers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Logical id of a function -> ARNs of its layers that were read."""
    left: list[tuple[str, str]] = field(default_factory=list)


def lifted(deployed: Deployed) -> Lifted:
    """Return the template of a stack as one that can be derived from."""
    found = Lifted({"Transform": TRANSFORM, "Resources": {}}, left=list(deployed.left))
    for logical_id, each in deployed.document["Resources"].items():
        if not isinstance(each, Mapping) or logical_id not in deployed.resources:
            continue
        kind, physical_id = str(each.get("Type")), deployed.resources[logical_id].physical_id
        if kind in DATA:
            _add_data(found, logical_id, kind, physical_id)
        elif kind == "AWS::Serverless::HttpApi":
            found.document["Resources"][logical_id] = {"Type": kind, "Properties": {}}
        elif kind in REASONS or kind.startswith("Custom::"):
            usual = REASONS["AWS::CloudFormation::CustomResource"]
            reason = REASONS.get(kind, usual).replace("{id}", physical_id)
            found.left.append((logical_id, reason))
        elif kind not in LATER and not kind.startswith("AWS::ApiGatewayV2::"):
            found.left.append((logical_id, f"{kind} is not taken over; the old stack keeps it"))
    _let_dead_letters_be(found, deployed)
    own = own_data(deployed)
    if own:
        _take_own(found, own)
    for placed in every(deployed.document):
        code = deployed.functions.get(placed.logical_id)
        if code and not _handler_there(deployed, code):
            reason = f"its handler `{code.handler}` is in none of its files, nor of its layers"
            found.left.append((placed.logical_id, reason))
        elif code:
            properties = {**placed.inherited, **placed.own}
            _add_function(found, deployed, placed.logical_id, code, properties)
    add_routes(found, deployed)
    _tell_mappings(found, deployed)
    return found


def _add_data(found: Lifted, logical_id: str, kind: str, physical_id: str) -> None:
    found.existing[logical_id] = _data_name(kind, physical_id)
    # a global table is referred to as any other
    plain = "AWS::DynamoDB::Table" if DATA[kind] == "Table" else kind
    found.document["Resources"][logical_id] = {"Type": plain, "Properties": {}}


def _let_dead_letters_be(found: Lifted, deployed: Deployed) -> None:
    """Dead-letter queues stay with their queues: no function of the app names them."""
    for each in deployed.document["Resources"].values():
        policy = (each.get("Properties") or {}).get("RedrivePolicy")
        dead = refers(policy.get("deadLetterTargetArn")) if isinstance(policy, Mapping) else ""
        if found.existing.pop(dead, None):
            del found.document["Resources"][dead]
            found.left.append((dead, "it stays with its queue"))


def _take_own(found: Lifted, own: Mapping[str, OwnData]) -> None:
    """Of a stack of sam-deploy's: what functions call by name, instead of what the template has."""
    wanted = {each.physical for each in own.values()}
    for logical_id, physical in list(found.existing.items()):
        del found.existing[logical_id], found.document["Resources"][logical_id]
        if physical not in wanted:
            found.left.append(
                (logical_id, "it stays; no function calls it, or another environment's")
            )
    for name, each in own.items():
        logical_id = naming.title(name)
        _add_data(found, logical_id, each.kind, each.physical)


def _data_name(kind: str, physical_id: str) -> str:
    """Return what `physical_name` takes: of a queue the end of its address."""
    return physical_id.rpartition("/")[2] if DATA[kind] == "Queue" else physical_id


def _handler_there(deployed: Deployed, code: Code) -> bool:
    """Whether what Lambda calls is among the sources; what packages have, nobody looks into."""
    module = code.handler.rpartition(".")[0].replace(".", "/")
    layers = [deployed.layers[arn] for arn in code.function.layers if arn in deployed.layers]
    every_one = (code.contents, *layers)
    files = [name for each in every_one for name in each.files]
    own = any(e.startswith((f"{module}.", f"{module}/__init__.")) for e in files)
    return own or any(each.requirements for each in every_one)


def _add_function(
    found: Lifted, deployed: Deployed, logical_id: str, code: Code, given: Mapping[str, Any]
) -> None:
    function = code.function
    variables = _variables(found, deployed, logical_id, code, given)
    rest = {k: v for k, v in given.items() if k not in TAKEN}
    properties = {
        "CodeUri": f"functions/{logical_id}",
        "Handler": code.handler,
        "Runtime": function.runtime,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "Description": function.description,
        "Architectures": [function.architecture],
        "EphemeralStorage": {"Size": function.ephemeral_storage_mb},
        "Tracing": "Active" if function.tracing else "PassThrough",
        **({"Environment": {"Variables": variables}} if variables else {}),
        "Policies": own_policies(code) or policies(deployed, given, found.existing),
        "Events": _events(found, logical_id, given),
    }
    for name in rest:
        found.left.append((f"{logical_id}.{name}", "it is not taken over"))
    resource = {"Type": "AWS::Serverless::Function", "Properties": properties}
    found.document["Resources"][logical_id] = resource
    found.layers[logical_id] = tuple(each for each in function.layers if each in deployed.layers)


def _variables(
    found: Lifted, deployed: Deployed, logical_id: str, code: Code, given: Mapping[str, Any]
) -> dict[str, str]:
    """Return the variables as they are now, without those that may be secrets."""
    written = (given.get("Environment") or {}).get("Variables") or {}
    secrets = {
        name
        for name, each in (deployed.document.get("Parameters") or {}).items()
        if str(each.get("NoEcho", False)).lower() == "true"
    }
    kept: dict[str, str] = {}
    for name, value in code.function.variables.items():
        said = written.get(name) if isinstance(written, Mapping) else None
        named = any(each in secrets for each in referred(said))
        # what refers to a resource of the stack is its name or address, however it looks
        plain = refers(said) in deployed.resources
        if named or "{{resolve:" in str(said) or (not plain and looks_secret(name, value)):
            where = f"{logical_id}.Environment.{name}"
            reason = (
                'it may be a secret, so its value is not written: `Secret("...")` in `settings`'
            )
            found.left.append((where, f"{reason}, or `environment` where it is none"))
        else:
            kept[name] = value
    return kept


def _events(found: Lifted, logical_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the routes; what is worked on by the old function is told, with what to add later."""
    kept: dict[str, Any] = {}
    events = given.get("Events")
    for name, event in events.items() if isinstance(events, Mapping) else ():
        where = f"{logical_id}.Events.{name}"
        kind = event.get("Type") if isinstance(event, Mapping) else ""
        if kind == "HttpApi":
            kept[name] = event
        elif kind == "SQS":
            queue = refers((event.get("Properties") or {}).get("Queue"))
            found.left.append((where, _shared_queue(queue)))
        elif kind == "Api":
            properties = event.get("Properties") or {}
            route = f"{properties.get('Method')} {properties.get('Path')}".upper()
            reason = (
                f"{route} of a REST API; `Route(...)` of an HTTP API, or `RestApi`, takes its place"
            )
            found.left.append((where, reason))
        else:
            found.left.append((where, f"events of the kind {kind} go on to the old function"))
    return kept


def _shared_queue(queue: str) -> str:
    return (
        f"the old function works on `{queue or 'its queue'}`, and two would share its messages; "
        "`triggers=[on_queue(...)]`, once the old one lets go"
    )


def _tell_mappings(found: Lifted, deployed: Deployed) -> None:
    for logical_id, each in deployed.document["Resources"].items():
        if each.get("Type") == "AWS::Lambda::EventSourceMapping":
            source = next(referred((each.get("Properties") or {}).get("EventSourceArn")), "")
            found.left.append((logical_id, _shared_queue(source)))
