"""Decides calls by policies as IAM does, and tells which request a recorded call is.

Source: IAM user guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators";
service authorization reference for the ARN that each call is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sam_deploy.export.iam import operations


@dataclass(frozen=True, slots=True)
class Request:
    """What IAM is asked: may this action be done on this thing, in these circumstances."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def allowed(policies: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """Whether some statement allows a request and none denies it."""
    fits = [
        each["Effect"]
        for policy in policies
        for each in policy["Statement"]
        if _fits(each, request)
    ]
    return "Allow" in fits and "Deny" not in fits


def _fits(statement: Mapping[str, Any], request: Request) -> bool:
    actions = [each.lower() for each in _list(statement["Action"])]
    return (
        any(fnmatchcase(request.action.lower(), each) for each in actions)
        and any(fnmatchcase(request.resource, each) for each in _list(statement["Resource"]))
        and all(
            _holds(operator, key, _list(wanted), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    given = context.get(key)
    match operator:
        case "StringEquals":
            return given in wanted
        case "StringLike" | "ArnLike":
            return given is not None and any(fnmatchcase(given, each) for each in wanted)
        case _:
            raise LookupError(operator)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def recorded(file: Path) -> list[dict[str, Any]]:
    """Every call that commands have noted in a file; none when they have made none."""
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def requests_of(noted: Mapping[str, Any], account: str) -> Iterator[Request]:
    """Yield what IAM is asked when a recorded call is made."""
    call = operations.call_of(noted["service"], noted["operation"])
    region, names = noted["region"], noted["names"]
    for action in operations.actions_of(call):
        if action == "iam:PassRole":
            arn = f"arn:aws:iam::{account}:role/sam-deploy-tiny-guard"
            yield Request(action, arn, {"iam:PassedToService": "scheduler.amazonaws.com"})
            continue
        context = {"aws:RequestedRegion": region, "aws:ResourceAccount": account}
        for resource in _resources(action, call, names, region, account):
            yield Request(action, resource, context)


FORMS = (
    ("cloudformation", "StackName", "arn:aws:cloudformation:{here}:stack/{name}/id"),
    ("cloudformation", "ChangeSetName", "arn:aws:cloudformation:{here}:stack/tiny-sam/id"),
    ("lambda", "FunctionName", "arn:aws:lambda:{here}:function:{name}{end}"),
    ("lambda", "LayerName", "arn:aws:lambda:{here}:layer:{name}"),
    ("iam", "RoleName", "arn:aws:iam::{account}:role/{name}"),
    ("scheduler", "Name", "arn:aws:scheduler:{here}:schedule/default/{name}"),
    ("ses", "FromEmailAddress", "arn:aws:ses:{here}:identity/{name}"),
    ("ssm", "Path", "arn:aws:ssm:{here}:parameter{name}"),
    ("ssm", "Name", "arn:aws:ssm:{here}:parameter{name}"),
    ("logs", "logGroupName", "arn:aws:logs:{here}:log-group:{name}:*"),
    ("sns", "TopicArn", "{name}"),
    ("dynamodb", "TableName", "arn:aws:dynamodb:{here}:table/{name}"),
)
"""(service, name of the call that says what it is about, ARN), the first that fits."""
TRANSFORM = "arn:aws:cloudformation:{region}:aws:transform/Serverless-2016-10-31"


def _resources(
    action: str, call: str, names: Mapping[str, Any], region: str, account: str
) -> Iterator[str]:
    service, here = action.partition(":")[0], f"{region}:{account}"
    if service == "s3":
        yield from _in_s3(action, call, names)
        return
    if call == "cloudformation:CreateChangeSet":
        yield TRANSFORM.format(region=region)
    form = next((arn for of, key, arn in FORMS if of == service and key in names), "*")
    key = next((key for of, key, _ in FORMS if of == service and key in names), "")
    name = str(names.get(key, ""))
    end = f":{names['Qualifier']}" if "Qualifier" in names else ""
    # `*` for what IAM knows no resource for, or what the recorder notes no name of
    of_stack = name.startswith("arn:") and key == "StackName"
    yield name if of_stack else form.format(here=here, account=account, name=name, end=end)


def _in_s3(action: str, call: str, names: Mapping[str, Any]) -> Iterator[str]:
    if "Bucket" not in names:
        yield "*"
        return
    bucket = f"arn:aws:s3:::{names['Bucket']}"
    if "Key" not in names:
        yield bucket
    elif call == "s3:CopyObject" and action == "s3:GetObject":
        source = names["CopySource"]
        path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
        yield f"arn:aws:s3:::{path}"
    else:
        yield f"{bucket}/{names['Key']}"
