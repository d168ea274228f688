"""Says which changes CloudFormation makes by a new resource in the place of the old one. Pure.

The rules are those of the resource provider schemas (`createOnlyProperties`), which cfn-lint
carries. It takes seconds to import: only when a resource has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sam_deploy.template.compare.difference import Difference, Replacement, kind_of
from sam_deploy.template.compare.environments import Belonging, references
from sam_deploy.template.compare.properties import Path, Property
from sam_deploy.template.compare.provider_schemas import create_only, provider_schema
from sam_deploy.template.compare.reading import Plain
from sam_deploy.template.render import Origin

MADE_OF: Final = {
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::GraphQLApi": "AWS::AppSync::GraphQLApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::LayerVersion": "AWS::Lambda::LayerVersion",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}
"""What the SAM transform makes. Source: SAM developer guide, "Generated AWS resources"."""
RENAMED: Final = {
    "AWS::Serverless::LayerVersion": {"ContentUri": "Content"},
    "AWS::Serverless::SimpleTable": {"PrimaryKey": "KeySchema"},
    "AWS::Serverless::StateMachine": {"Name": "StateMachineName", "Type": "StateMachineType"},
}
"""SAM's own names of properties that decide about a replacement."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost with a resource that holds something; `replaced` when that is something else."""

    noun: str
    removed: str
    replaced: str = ""


LOST: Final = {
    "AWS::ApiGateway::RestApi": Loss("API", "its address is gone", "its address changes"),
    "AWS::ApiGatewayV2::Api": Loss("API", "its address is gone", "its address changes"),
    "AWS::CloudFront::Distribution": Loss(
        "distribution", "its address is gone", "its address changes"
    ),
    "AWS::Cognito::UserPool": Loss("user pool", "its users are lost"),
    "AWS::Cognito::UserPoolClient": Loss(
        "client", "pages that sign in with it fail", "its id changes, and pages must know the new"
    ),
    "AWS::DynamoDB::GlobalTable": Loss("table", "its items are lost"),
    "AWS::DynamoDB::Table": Loss("table", "its items are lost"),
    "AWS::EFS::FileSystem": Loss("file system", "its files are lost"),
    "AWS::KMS::Key": Loss("key", "what it has encrypted cannot be read any more"),
    "AWS::Kinesis::Stream": Loss("stream", "records in it are lost"),
    "AWS::Lambda::Function": Loss(
        "function",
        "it serves no environment any more",
        "its versions are lost, and every alias serves code that nobody promoted",
    ),
    "AWS::Logs::LogGroup": Loss("log group", "its logs are lost"),
    "AWS::RDS::DBCluster": Loss("database", "its data is lost"),
    "AWS::RDS::DBInstance": Loss("database", "its data is lost"),
    "AWS::S3::Bucket": Loss("bucket", "the app loses its objects"),
    "AWS::SNS::Topic": Loss("topic", "subscriptions made outside of the stack are lost"),
    "AWS::SQS::Queue": Loss("queue", "messages in it are lost"),
    "AWS::SecretsManager::Secret": Loss("secret", "its value is lost"),
}
NOTHING: Final = Loss("resource", "")
OLDEST_REGION: Final = "us-east-1"
RETAINED: Final = {"Retain", "RetainExceptOnCreate"}
"""The second one lets go only of what a failed first deployment has made.

Source: CloudFormation user guide, "DeletionPolicy attribute"."""
SNAPSHOT: Final = "Snapshot"


def judge(
    differences: Sequence[Difference],
    new: Mapping[str, Plain],
    origins: Mapping[str, Origin],
    environments: Sequence[str] = (),
    region: str = OLDEST_REGION,
) -> tuple[Difference, ...]:
    """Return the differences with their replacements, and what is replaced because of them.

    `new` is the newer template. A resource that names a replaced one, in a property that cannot
    be changed, is replaced as well; it is added as a change without properties of its own.
    """
    if not any(each.section == "Resources" and each.action == "change" for each in differences):
        return tuple(differences)
    schemas = _Schemas(region)
    judged = [_judged(each, schemas) for each in differences]
    known = {each.name for each in judged if each.section == "Resources"}
    replaced = {each.name: each.replacement for each in judged if each.replacement}
    belonging = Belonging({}, new, origins, environments)
    for name, resource, certainty, because in _followers(replaced, new, schemas):
        if name in known:
            judged = [_followed(each, name, certainty, because) for each in judged]
            continue
        judged.append(
            Difference(
                "Resources",
                name,
                "change",
                resource,
                resource,
                environment=belonging.environment(name),
                origin=origins.get(name),
                replacement=certainty,
                because=because,
            )
        )
    return tuple(judged)


def consequence(difference: Difference) -> str:
    """Return what a replacement or a removal means for people, in words; '' for nothing."""
    loss = LOST.get(MADE_OF.get(difference.kind, difference.kind), NOTHING)
    if difference.section != "Resources" or difference.action == "add":
        return ""
    if difference.action == "remove":
        return _removal(loss, _policy(difference.old, "DeletionPolicy"))
    if not difference.replacement:
        return ""
    if kind_of(difference.old) != kind_of(difference.new):
        return "CloudFormation refuses to change the type of a resource: give it another name"
    verb = "replaces" if difference.replacement == "always" else "may replace"
    words = ": ".join(filter(None, (f"{verb} the {loss.noun}", loss.replaced or loss.removed)))
    policy = _policy(difference.new, "UpdateReplacePolicy")
    kept = loss.removed and policy in {*RETAINED, SNAPSHOT}
    return f"{words}; the old one stays, outside of the stack" if kept else words


def _removal(loss: Loss, policy: str) -> str:
    if policy in RETAINED:
        return f"the app loses the {loss.noun}; it stays in the account, outside of the stack"
    if policy == SNAPSHOT:
        return f"removes the {loss.noun}; a snapshot of it stays in the account"
    return f"removes the {loss.noun}: {loss.removed}" if loss.removed else ""


def _policy(resource: Plain, name: str) -> str:
    return str(resource.get(name, "")) if isinstance(resource, dict) else ""


def _judged(difference: Difference, schemas: _Schemas) -> Difference:
    if difference.section != "Resources" or difference.action != "change":
        return difference
    if kind_of(difference.old) != kind_of(difference.new):
        return replace(difference, replacement="always", because=("Type",))
    certainty, because = schemas.decided(difference.kind, difference.properties)
    return replace(difference, replacement=certainty, because=because)


def _followed(
    difference: Difference, name: str, certainty: Replacement, because: tuple[str, ...]
) -> Difference:
    """Return a change that is a replacement, too, because of what it names."""
    mine = difference.section == "Resources" and difference.name == name
    if not mine or difference.action != "change" or difference.replacement:
        return difference
    return replace(difference, replacement=certainty, because=because)


def _followers(
    replaced: Mapping[str, Replacement], new: Mapping[str, Plain], schemas: _Schemas
) -> Iterator[tuple[str, Plain, Replacement, tuple[str, ...]]]:
    """Yield what is replaced because it names something that is, and so on."""
    resources = new.get("Resources")
    certain = dict(replaced)
    waiting = dict(resources) if isinstance(resources, dict) and replaced else {}
    waiting = {name: each for name, each in waiting.items() if name not in replaced}
    found = True
    while found:
        found = False
        for name, resource in list(waiting.items()):
            causes = [each for each in _fixed_references(resource, schemas) if each in certain]
            if causes:
                sure = any(certain[each] == "always" for each in causes)
                certain[name] = "always" if sure else "maybe"
                yield name, waiting.pop(name), certain[name], tuple(dict.fromkeys(causes))
                found = True


def _fixed_references(resource: Plain, schemas: _Schemas) -> Iterator[str]:
    """Yield what a resource names in properties that only a new one can have otherwise."""
    given = resource.get("Properties") if isinstance(resource, dict) else None
    for path in schemas.fixed(kind_of(resource)):
        yield from _named_at(given, path)


def _named_at(value: Plain, path: Sequence[str]) -> Iterator[str]:
    if not path:
        yield from references(value)
    elif isinstance(value, list):
        for each in value:
            yield from _named_at(each, path[1:] if path[0] == "*" else path)
    elif isinstance(value, dict) and path[0] in value:
        yield from _named_at(value[path[0]], path[1:])


class _Schemas:
    """The resource provider schemas of a region, as far as they speak of replacement."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._known: dict[str, tuple[list[list[str]], list[list[str]]]] = {}

    def fixed(self, kind: str) -> list[list[str]]:
        """Return the paths of the properties that always replace, such as [QueueName]."""
        return self._of(kind)[0]

    def decided(
        self, kind: str, properties: Iterable[Property]
    ) -> tuple[Replacement, tuple[str, ...]]:
        """Return whether changes of a resource replace it, and which of them do."""
        always, maybe = self._of(kind)
        changed = [(each, _keys(each.path, kind)) for each in properties]
        certainties: tuple[tuple[Replacement, list[list[str]]], ...] = (
            ("always", always),
            ("maybe", maybe),
        )
        for certainty, paths in certainties:
            because = [path for path in paths if any(_meets(path, *each) for each in changed)]
            if because:
                return certainty, tuple(".".join(path) for path in because)
        return "", ()

    def _of(self, kind: str) -> tuple[list[list[str]], list[list[str]]]:
        if kind not in self._known:
            schema = provider_schema(MADE_OF.get(kind, kind), self._region)
            self._known[kind] = (
                create_only(schema.get("createOnlyProperties")),
                create_only(schema.get("conditionalCreateOnlyProperties")),
            )
        return self._known[kind]


def _keys(path: Path, kind: str) -> list[str]:
    """Return the steps of a change below `Properties`, under AWS's names, without members."""
    if path[:1] != ("Properties",):
        return []
    keys = [step for step in path[1:] if isinstance(step, str)]
    return [RENAMED.get(kind, {}).get(key, key) for key in keys[:1]] + keys[1:]


def _meets(fixed: Sequence[str], change: Property, keys: Sequence[str]) -> bool:
    """Whether a change is at, below or above a property that replaces.

    Above: what was added or removed with the whole has to hold that property.
    """
    if change.path[:1] != ("Properties",):
        return False
    steps = [each for each in fixed if each != "*"]
    shorter = min(len(steps), len(keys))
    if steps[:shorter] != keys[:shorter]:
        return False
    if len(keys) >= len(steps):
        return True
    rest = steps[len(keys) :]
    return any(_holds(value, rest) for value in (change.old, change.new))


def _holds(value: Plain, path: Sequence[str]) -> bool:
    if not path:
        return True
    if isinstance(value, list):
        return any(_holds(each, path) for each in value)
    if not isinstance(value, dict):
        return False
    if path[0] in value:
        return _holds(value[path[0]], path[1:])
    return any(key.startswith("Fn::") for key in value)
