"""Other properties that name files of this computer: uploaded as they are, or refused.

Source: AWS CLI reference, "cloudformation package", which lists the properties with local paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sam_deploy.plan.model import PlainUnit
from sam_deploy.sam.document import Where
from sam_deploy.sam.model import Location, Shape
from sam_deploy.sam.reading import EMBEDDED, REMOTE, Reading
from sam_deploy.sam.resources import Placed

UPLOADED: Final[dict[str, dict[str, Shape]]] = {
    "AWS::Serverless::Api": {"DefinitionUri": "Bucket and Key"},
    "AWS::Serverless::HttpApi": {"DefinitionUri": "Bucket and Key"},
    "AWS::Serverless::StateMachine": {"DefinitionUri": "Bucket and Key"},
    "AWS::ApiGateway::RestApi": {"BodyS3Location": "Bucket and Key"},
    "AWS::ApiGatewayV2::Api": {"BodyS3Location": "Bucket and Key"},
    "AWS::StepFunctions::StateMachine": {"DefinitionS3Location": "Bucket and Key"},
    "AWS::AppSync::GraphQLSchema": {"DefinitionS3Location": "s3 address"},
    "AWS::AppSync::Resolver": {
        "RequestMappingTemplateS3Location": "s3 address",
        "ResponseMappingTemplateS3Location": "s3 address",
        "CodeS3Location": "s3 address",
    },
    "AWS::AppSync::FunctionConfiguration": {
        "RequestMappingTemplateS3Location": "s3 address",
        "ResponseMappingTemplateS3Location": "s3 address",
        "CodeS3Location": "s3 address",
    },
    "AWS::Glue::Job": {"Command.ScriptLocation": "s3 address"},
    "AWS::ElasticBeanstalk::ApplicationVersion": {"SourceBundle": "S3Bucket and S3Key"},
}
_NESTED: Final = (
    "nested applications are not packaged; deploy that template as a stack of its own "
    "(`sam-deploy deploy --template FILE`), and hand values over by outputs and parameters"
)
_NOT_BUILT: Final = "this is not built here; upload it yourself and name its `s3://` address"
REFUSED: Final[dict[str, dict[str, str]]] = {
    "AWS::Serverless::Application": {"Location": _NESTED},
    "AWS::CloudFormation::Stack": {"TemplateURL": _NESTED},
    "AWS::CloudFormation::StackSet": {"TemplateURL": _NESTED},
    "AWS::Serverless::WebFunction": {"CodeUri": _NOT_BUILT},
    "AWS::Serverless::MicrovmImage": {"CodeUri": _NOT_BUILT},
    "AWS::Serverless::GraphQLApi": {"SchemaUri": _NOT_BUILT},
    "AWS::CloudFormation::ModuleVersion": {"ModulePackage": _NOT_BUILT},
    "AWS::CloudFormation::ResourceVersion": {"SchemaHandlerPackage": _NOT_BUILT},
    "AWS::ServerlessRepo::Application": {"ReadmeUrl": _NOT_BUILT, "LicenseUrl": _NOT_BUILT},
}
_INCLUDE: Final = "AWS::Include"


def read_files(reading: Reading, placed: Placed) -> None:
    """Add the files that a resource names."""
    for name, why in REFUSED.get(placed.kind, {}).items():
        value = placed.property(name)
        if isinstance(value, str) and not value.startswith(REMOTE):
            reading.wrong(placed.place(name), f"`{value}` is a file of this computer; {why}")
    if placed.kind == "AWS::Serverless::GraphQLApi":
        _refuse_code_below(reading, placed)
    for name, shape in UPLOADED.get(placed.kind, {}).items():
        value = _at(placed, name)
        if isinstance(value, str) or (isinstance(value, Mapping) and len(value) == 1):
            _read_file(reading, placed, name, value, shape)


def _read_file(reading: Reading, placed: Placed, name: str, value: object, shape: Shape) -> None:
    path = reading.local(placed, name, value)
    if path is None:
        return
    if not path.is_file():
        reading.wrong(placed.place(name), f"`{path.name}` is a folder, and a file is wanted here")
        return
    named = f"{placed.logical_id}.{name}"
    reading.upload(placed, name, _unit(named, path), shape)


def _unit(named: str, path: Any) -> PlainUnit:  # noqa: ANN401 - a Path; the type would be a cycle
    return PlainUnit(f"file/{named}", named, "file", f"{named}{path.suffix}", path)


def _at(placed: Placed, name: str) -> Any:  # noqa: ANN401 - a document's value
    first, *rest = name.split(".")
    value = placed.property(first)
    for part in rest:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _refuse_code_below(reading: Reading, placed: Placed) -> None:
    for where, value in _walk(placed.own, (*placed.where, "Properties")):
        local = isinstance(value, str) and not value.startswith(REMOTE)
        if where[-1] == "CodeUri" and local:
            reading.wrong(where, f"`{value}` is a file of this computer; {_NOT_BUILT}")


def read_includes(reading: Reading) -> None:
    """Add the files that `AWS::Include` puts into the template."""
    number = 0
    for where, value in _walk(reading.document.content, ()):
        if not (isinstance(value, Mapping) and value.get("Name") == _INCLUDE):
            continue
        parameters = value.get("Parameters")
        location = parameters.get("Location") if isinstance(parameters, Mapping) else None
        if not isinstance(location, str) or location.startswith(REMOTE):
            continue
        here = (*where, "Parameters", "Location")
        path = (reading.file.parent / location).resolve()
        if not path.is_file():
            reading.wrong(here, f"`{location}` does not exist")
        elif where[0] == "Transform":
            message = "an include of the whole template needs a fixed address; write `s3://...`"
            reading.wrong(here, message)
        else:
            number += 1
            unit = _unit(f"Include{number}", path)
            reading.units[unit.key] = unit
            reading.locations.append(Location(here, unit.key, "s3 address"))
            message = "the embedded cloud takes fixed addresses only, and refuses this template"
            reading.warn(f"{EMBEDDED}include", here, message)


def _walk(value: object, where: Where) -> Iterator[tuple[Where, Any]]:
    """Yield every value of a document with its place, outer ones first."""
    if where:
        yield where, value
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _walk(each, (*where, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _walk(each, (*where, number))
