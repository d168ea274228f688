"""The HTTP API of a deployed stack, said again as events of its functions. Pure.

Source: CloudFormation template reference, "AWS::ApiGatewayV2::Route" and "::Integration".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.starting.deriving.reading import refers

if TYPE_CHECKING:
    from sam_deploy.cli.starting.stacks.deployed import Deployed
    from sam_deploy.cli.starting.stacks.lifted import Lifted

ROUTE: Final = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)")


def referred(value: object) -> Iterator[str]:
    """Yield every name that a value of a template refers to."""
    if isinstance(value, Mapping):
        if refers(value):
            yield refers(value)
        for each in value.values():
            yield from referred(each)
    elif isinstance(value, list):
        for each in value:
            yield from referred(each)
    elif isinstance(value, str):
        yield from re.findall(r"\$\{(\w+)[^}]*\}", value)


def add_routes(found: Lifted, deployed: Deployed) -> None:
    """Turn the routes of an HTTP API of CloudFormation into events of the functions."""
    resources = deployed.document["Resources"]
    apis = [k for k, e in resources.items() if e.get("Type") == "AWS::ApiGatewayV2::Api"]
    made = found.document["Resources"]
    for logical_id, each in resources.items():
        kind, properties = each.get("Type"), each.get("Properties") or {}
        if kind != "AWS::ApiGatewayV2::Route":
            continue
        route = ROUTE.fullmatch(str(properties.get("RouteKey")))
        integration = next(iter(referred(properties.get("Target"))), "")
        target = (resources.get(integration) or {}).get("Properties") or {}
        function = _function_of(target.get("IntegrationUri"), deployed)
        if route and function in made and len(apis) == 1:
            made[apis[0]] = {"Type": "AWS::Serverless::HttpApi", "Properties": {}}
            event = {"Path": route["path"], "Method": route["method"], "ApiId": {"Ref": apis[0]}}
            made[function]["Properties"]["Events"][logical_id] = {
                "Type": "HttpApi",
                "Properties": event,
            }
            if properties.get("AuthorizerId"):
                reason = (
                    "its authorizer is not taken over: say `authorizer=` before anybody calls it"
                )
                found.left.append((logical_id, reason))
        else:
            found.left.append(
                (logical_id, f"no function that is taken over answers {route and route[0]}")
            )
    for api in apis:
        if api not in made:
            found.left.append((api, "no route of it leads to a function that is taken over"))


def _function_of(uri: object, deployed: Deployed) -> str:
    """Return the logical id of the function that an integration calls; '' for another target."""
    text = str(uri)
    names = set(referred(uri))
    for logical_id, code in deployed.functions.items():
        name = re.escape(code.function.name)
        if logical_id in names or re.search(rf":function:{name}\b", text):
            return logical_id
    return ""
