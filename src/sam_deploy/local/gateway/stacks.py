"""Bodies of APIs, found in the templates of the stacks that made them.

The emulator keeps nothing of an OpenAPI body that an HTTP API has in a template, which is how
`AWS::Serverless::HttpApi` and its events arrive. The processed template has it, and the stack what
its functions refer to.
May touch: the emulator, through `Queries`.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote
from xml.etree import ElementTree as ET

import yaml

from sam_deploy.local.gateway import intrinsics
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

STACK_TAG: Final = "aws:cloudformation:stack-name"
LOGICAL_ID_TAG: Final = "aws:cloudformation:logical-id"
_ACCOUNT: Final = "000000000000"


class Queries(Protocol):
    """CloudFormation and S3 of the emulator. `Upstream` is the real one."""

    async def query(self, service: str, region: str, parameters: Mapping[str, str]) -> str:
        """The XML of an action. Raises UpstreamError."""

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """The bytes of an object. Raises UpstreamError."""


class Stacks:
    """Properties by stack and logical id, read again when the stack was updated."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._known: dict[tuple[str, str, str], tuple[str, dict[str, object]]] = {}

    async def body(self, region: str, stack: str, logical_id: str) -> dict[str, object]:
        """The resolved body of an API, empty when its template has none. Raises UpstreamError."""
        properties = await self.properties(region, stack, logical_id)
        body, location = properties.get("Body"), properties.get("BodyS3Location")
        if body is None and isinstance(location, dict):
            path = f"/{location.get('Bucket')}/{quote(str(location.get('Key')))}"
            text = (await self._queries.fetch(path, "s3", region)).decode("utf-8", "replace")
            return await asyncio.to_thread(_parsed, text)
        return body if isinstance(body, dict) else {}

    async def properties(self, region: str, stack: str, logical_id: str) -> dict[str, object]:
        """A resource's resolved properties, empty when it has none. Raises UpstreamError."""
        described = await self._ask(region, "DescribeStacks", StackName=stack)
        parts = ("StackId", "StackStatus", "LastUpdatedTime", "CreationTime")
        mark = "|".join(_text(described, part) for part in parts)
        known = self._known.get((region, stack, logical_id))
        if known is not None and known[0] == mark:
            return known[1]
        answer = await self._ask(region, "GetTemplate", StackName=stack, TemplateStage="Processed")
        # In a thread, because a long template in YAML takes a second.
        template = await asyncio.to_thread(_parsed, _text(answer, "TemplateBody"))
        scope = await self._scope(region, stack, described, template)
        properties = _resolved(template, logical_id, scope)
        self._known[region, stack, logical_id] = (mark, properties)
        return properties

    async def _scope(
        self, region: str, stack: str, described: ET.Element, template: Mapping[str, Any]
    ) -> intrinsics.Scope:
        resources: dict[str, str] = {}
        types: dict[str, str] = {}
        async for item in self._pages(region, "ListStackResources", StackName=stack):
            for member in item.iter("member"):
                name = _text(member, "LogicalResourceId")
                resources[name] = _text(member, "PhysicalResourceId")
                types[name] = _text(member, "ResourceType")
        return intrinsics.Scope(
            parameters=_parameters(region, described, template),
            resources=resources,
            types=types,
            mappings=template.get("Mappings") or {},
            conditions=template.get("Conditions") or {},
            exports=await self._exports(region, template),
        )

    async def _exports(self, region: str, template: Mapping[str, Any]) -> dict[str, str]:
        if "Fn::ImportValue" not in json.dumps(template, default=str):
            return {}
        found: dict[str, str] = {}
        async for page in self._pages(region, "ListExports"):
            for member in page.iter("member"):
                found[_text(member, "Name")] = _text(member, "Value")
        return found

    async def _pages(self, region: str, action: str, **given: str) -> AsyncIterator[ET.Element]:
        token = ""
        while True:
            more = {"NextToken": token} if token else {}
            page = await self._ask(region, action, **given, **more)
            yield page
            token = _text(page, "NextToken")
            if not token:
                return

    async def _ask(self, region: str, action: str, **given: str) -> ET.Element:
        parameters = {"Action": action, "Version": "2010-05-15", **given}
        text = await self._queries.query("cloudformation", region, parameters)
        # Without namespaces, the elements have the names of the API's reference.
        bare = re.sub(r'\sxmlns="[^"]+"', "", text, count=1)
        try:
            return ET.fromstring(bare)  # noqa: S314 - the emulator's own answer, on this machine
        except ET.ParseError as error:
            msg = f"{action} of the emulator is no XML: {error}"
            raise UpstreamError(msg) from error


def _resolved(
    template: Mapping[str, Any], logical_id: str, scope: intrinsics.Scope
) -> dict[str, object]:
    resource = (template.get("Resources") or {}).get(logical_id) or {}
    try:
        resolved = intrinsics.resolve(resource.get("Properties") or {}, scope)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        msg = f"the properties of {logical_id} are not understood: {error}"
        raise UpstreamError(msg) from error
    return resolved if isinstance(resolved, dict) else {}


def _parameters(
    region: str, described: ET.Element, template: Mapping[str, Any]
) -> dict[str, object]:
    declared = template.get("Parameters") or {}
    given = {
        name: str(each["Default"])
        for name, each in declared.items()
        if isinstance(each, dict) and "Default" in each
    }
    for member in described.iter("member"):
        name = member.findtext("ParameterKey")
        if name:
            value = member.findtext("ResolvedValue") or member.findtext("ParameterValue")
            given[name] = value or ""
    values: dict[str, object] = {
        name: value.split(",") if _is_list(declared.get(name)) else value
        for name, value in given.items()
    }
    return {
        **values,
        "AWS::Region": region,
        "AWS::AccountId": _ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": _text(described, "StackName"),
        "AWS::StackId": _text(described, "StackId"),
    }


def _is_list(declared: object) -> bool:
    kind = str(declared.get("Type", "")) if isinstance(declared, dict) else ""
    return "List<" in kind or kind == "CommaDelimitedList"


def _text(element: ET.Element, name: str) -> str:
    found = next(element.iter(name), None)
    return (found.text or "") if found is not None else ""


def _parsed(text: str) -> dict[str, Any]:
    """A template or a body, in JSON or in YAML with short forms. Raises UpstreamError."""
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
        except yaml.YAMLError as error:
            msg = f"a template or body is neither JSON nor YAML: {error}"
            raise UpstreamError(msg) from error
    return value if isinstance(value, dict) else {}


class _Loader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Fn::Sub": "x"}`, and dates as the text they are written as."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, object]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = [loader.construct_object(item, deep=True) for item in node.value]
    return {name: value}


def _as_text(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)
