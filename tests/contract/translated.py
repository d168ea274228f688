"""What CloudFormation would be given: the SAM translator's output of a template, without a network.

Two templates mean the same when this output is the same. Where code lies is made equal first: in
the original every local path, in ours every object of the artifact bucket, becomes the same place
that only the property's own position decides. So whatever else differs is seen, and the ids of
published versions, which follow from the place of the code, are comparable.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import intrinsics_multi_constructor

Document: TypeAlias = dict[str, Any]

BUCKET: Final = "SamDeployArtifactBucket"
REGION: Final = "us-east-1"

IN_SAM: Final = ("Bucket", "Key")
IN_LAMBDA: Final = ("S3Bucket", "S3Key")
ADDRESS: Final = ("", "")

PLACES: Final[Mapping[str, tuple[tuple[str, tuple[str, str]], ...]]] = {
    "AWS::Serverless::Function": (("CodeUri", IN_SAM),),
    "AWS::Serverless::LayerVersion": (("ContentUri", IN_SAM),),
    "AWS::Serverless::Api": (("DefinitionUri", IN_SAM),),
    "AWS::Serverless::HttpApi": (("DefinitionUri", IN_SAM),),
    "AWS::Serverless::StateMachine": (("DefinitionUri", IN_SAM),),
    "AWS::Lambda::Function": (("Code", IN_LAMBDA),),
    "AWS::Lambda::LayerVersion": (("Content", IN_LAMBDA),),
    "AWS::ApiGateway::RestApi": (("BodyS3Location", IN_SAM),),
    "AWS::ApiGatewayV2::Api": (("BodyS3Location", IN_SAM),),
    "AWS::StepFunctions::StateMachine": (("DefinitionS3Location", IN_SAM),),
    "AWS::AppSync::GraphQLSchema": (("DefinitionS3Location", ADDRESS),),
    "AWS::AppSync::Resolver": (
        ("RequestMappingTemplateS3Location", ADDRESS),
        ("ResponseMappingTemplateS3Location", ADDRESS),
    ),
    "AWS::Glue::Job": (("Command.ScriptLocation", ADDRESS),),
}
"""Kind of resource -> its properties that may name a local file, and how they name an object.

Source: AWS SAM CLI reference, "sam package"; AWS CLI reference, "cloudformation package".
"""


class _Reader(yaml.SafeLoader):
    """Reads YAML as CloudFormation does: its functions, no timestamps, and every key is a text."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's own signature
    ) -> dict[Any, Any]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


_Reader.add_multi_constructor("!", intrinsics_multi_constructor)
_Reader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: str(node.value))


def read(text: str) -> Document:
    """Return a template of either format, functions in their long form, loops written out."""
    found = yaml.load(text, Loader=_Reader)  # noqa: S506 - a safe loader with CloudFormation's tags
    document: Document = copy.deepcopy(found)
    for section in ("Resources", "Outputs", "Conditions"):
        if section in document:
            document[section] = _written_out(document[section], document, {})
    for section, kind in (
        ("Function", "AWS::Serverless::Function"),
        ("Api", "AWS::Serverless::Api"),
    ):
        _push_down(document, section, kind, PLACES[kind][0][0])
    return document


def originally(text: str, overrides: Mapping[str, str]) -> Document:
    """Return what AWS makes of the original, with each local path at its own place in S3."""
    document = read(text)
    declared = document.get("Parameters") or {}

    def is_local(value: object) -> bool:
        if isinstance(value, dict) and value.keys() == {"Ref"}:
            default = declared.get(value["Ref"], {}).get("Default", "")
            value = overrides.get(value["Ref"], default)
        return isinstance(value, str) and "://" not in value

    replace(document, is_local)
    return translate(document, overrides)


def ours(text: str, keys: Collection[str], values: Mapping[str, str]) -> Document:
    """Return what AWS makes of our template, with each of our objects at its place in S3.

    A path that was left in it, or a key that names no artifact, stays, and so makes a difference.
    """
    document = read(text)
    declared = document.get("Parameters") or {}
    if keys:
        assert declared.pop(BUCKET, {}).get("Type") == "String", f"parameter {BUCKET} is missing"
    if keys and not declared:
        document.pop("Parameters")
    replace(document, functools.partial(_is_artifact, keys=keys))
    kept = {name: value for name, value in values.items() if name != BUCKET}
    return translate(document, kept)


def _is_artifact(value: object, keys: Collection[str]) -> bool:
    """Whether this names one of our objects, and says nothing else, such as a version."""
    if not isinstance(value, dict) or len(value) > 2:
        return False
    match value:
        case {"Bucket": {"Ref": bucket}, "Key": key} | {"S3Bucket": {"Ref": bucket}, "S3Key": key}:
            return bucket == BUCKET and key in keys
        case {"Fn::Sub": str() as address}:
            return address.removeprefix(f"s3://${{{BUCKET}}}/") in keys
    return False


def replace(document: Document, wanted: Callable[[object], bool]) -> None:
    """Put a place that follows from its position instead of each wanted value."""
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        for path, (bucket, key) in PLACES.get(resource.get("Type"), ()):
            for holder, last, position in _found(properties, path.split("."), name):
                if wanted(holder[last]):
                    place = {bucket: "code", key: position}
                    holder[last] = place if bucket else f"s3://code/{position}"
    for position, parameters in _includes(document, "template"):
        if wanted(parameters.get("Location")):
            parameters["Location"] = f"s3://code/{position}"


def _found(value: Any, path: list[str], position: str) -> Iterator[tuple[Document, str, str]]:
    """Yield where a path such as `Command.ScriptLocation` leads to: holder, key, position."""
    first, *rest = path
    if not isinstance(value, dict) or first not in value:
        return
    if rest:
        yield from _found(value[first], rest, f"{position}.{first}")
    else:
        yield value, first, f"{position}.{first}"


def _includes(value: Any, position: str) -> Iterator[tuple[str, Document]]:
    """Yield the parameters of each `AWS::Include`, and where it stands."""
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        children = list(value.items() if isinstance(value, dict) else enumerate(value))
    for name, child in children:
        if name == "Fn::Transform" and child.get("Name") == "AWS::Include":
            yield position, child["Parameters"]
        yield from _includes(child, f"{position}.{name}")


def _push_down(document: Document, section: str, kind: str, name: str) -> None:
    """Write a place that `Globals` gives to all at each of them: archives differ by target."""
    shared = (document.get("Globals") or {}).get(section) or {}
    if name not in shared:
        return
    value = shared.pop(name)
    for resource in document["Resources"].values():
        ignored = resource.get("IgnoreGlobals") or ()
        if resource.get("Type") != kind or ignored == "*":
            continue
        if name in ignored:
            # SAM refuses to ignore what is not there
            resource["IgnoreGlobals"] = [each for each in ignored if each != name]
        else:
            resource.setdefault("Properties", {}).setdefault(name, copy.deepcopy(value))


def _written_out(value: Any, document: Document, variables: Mapping[str, str]) -> Any:
    """Write out loops. Source: CloudFormation user guide, "Fn::ForEach"."""
    if isinstance(value, str):
        return _with_variables(value, variables)
    if isinstance(value, list):
        return [_written_out(each, document, variables) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and str(value["Ref"]) in variables:
        return variables[value["Ref"]]
    written: Document = {}
    for name, child in value.items():
        if not name.startswith("Fn::ForEach::"):
            key = _with_variables(name, variables)
            written[key] = _written_out(child, document, variables)
            continue
        variable, collection, body = child
        for each in _collection(collection, document):
            written |= _written_out(body, document, {**variables, variable: each})
    return written


def _with_variables(text: str, variables: Mapping[str, str]) -> str:
    for name, value in variables.items():
        plain = re.sub(r"[^A-Za-z0-9]", "", value)
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", plain)
    return text


def _collection(value: Any, document: Document) -> list[str]:
    if isinstance(value, dict):
        value = document["Parameters"][value["Ref"]]["Default"].split(",")
    return [str(each) for each in value]


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session(region_name=REGION)


def translate(document: Document, values: Mapping[str, str]) -> Document:
    """Return the CloudFormation template that SAM makes of this. Asks IAM for nothing."""
    translator = Translator({}, Parser(), boto_session=_session())
    copied = copy.deepcopy(document)
    if "Fn::Transform" in copied["Resources"]:
        # AWS runs an include before SAM; here its text goes through as something SAM leaves alone
        include = copied["Resources"].pop("Fn::Transform")
        handle = {"Type": "AWS::CloudFormation::WaitConditionHandle", "Metadata": include}
        copied["Resources"]["IncludedResources"] = handle
    translated: Document = translator.translate(copied, dict(values), passthrough_metadata=True)
    return translated
