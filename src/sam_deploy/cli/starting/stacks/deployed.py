"""A stack as it is deployed: its template, its resources, its functions with their code.

Only reads. Source of every call: CloudFormation and Lambda API.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.cli.starting.stacks import archives
from sam_deploy.cli.starting.stacks.archives import Contents
from sam_deploy.config.tree import nearest
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.sam import document as documents

if TYPE_CHECKING:
    from sam_deploy.aws import Aws, CloudFormation, Stack, StackResource
    from sam_deploy.aws.deployed_code import DeployedCode, DeployedFunction

TRANSFORM: Final = "AWS::Serverless-2016-10-31"
FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
SHIM: Final = "sam_deploy_runtime.shim.handler"
STANDING: Final = re.compile(r"(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE")
GONE: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED")
LAYER: Final = re.compile(r"arn:[^:]*:lambda:[^:]*:(?P<account>\d+):layer:(?P<name>[^:]+):(\d+)")
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Code:
    """A function that is there, and what its archive holds."""

    function: DeployedFunction
    handler: str
    contents: Contents
    own: Mapping[str, Any] = field(default_factory=dict)
    """What sam-deploy packed beside it, where that built it: app, environments, resources."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """Everything of a stack that a project can be made of."""

    name: str
    region: str
    document: Mapping[str, Any]
    """Its template, functions in their long form."""
    processed: bool
    """Whether that is the template after its macros: the one before cannot be read."""
    parameters: Mapping[str, str]
    resources: Mapping[str, StackResource]
    """Logical id -> what there is of it."""
    functions: Mapping[str, Code] = field(default_factory=dict)
    """Logical id -> function in Python with its code."""
    layers: Mapping[str, Contents] = field(default_factory=dict)
    """ARN of a layer version -> what its archive holds."""
    left: tuple[tuple[str, str], ...] = ()
    """(logical id, reason) of what could not be read."""


def read(aws: Aws, region: str, name: str) -> Deployed:
    """Return a stack with the code of its functions and layers.

    Raises `RefusedError` when there is no such stack, or when it is not standing; what AWS refuses
    to tell of the stack itself is its own error.
    """
    from sam_deploy.aws import CloudFormation  # noqa: PLC0415 - boto3

    formation = CloudFormation(aws, region)
    stack = _standing(formation, name)
    document, processed = _document(formation, stack.name)
    resources = {
        each.logical_id: each
        for each in formation.resources(stack.name)
        if each.status not in GONE and each.physical_id
    }
    functions, left = _functions(aws, region, document, resources)
    layers, more = _layers(aws, region, functions)
    return Deployed(
        stack.name,
        region,
        document,
        processed,
        stack.parameters,
        resources,
        functions,
        layers,
        (*left, *more),
    )


def _standing(formation: CloudFormation, name: str) -> Stack:
    stack = formation.describe_stack(name)
    if stack is None:
        others = [each.name for each in formation.stacks()]
        near = nearest(name, others)
        there = ", ".join(sorted(others)[:5]) + (", ..." if others[5:] else "")
        raise RefusedError(
            f"There is no stack `{name}` in `{formation.region}`",
            why=f"there is {there}" if there else "there is no stack at all in that region",
            hint=f"did you mean `{near}`?" if near else "say its region: `--region REGION`",
        )
    if not STANDING.fullmatch(stack.status):
        raise RefusedError(
            f"Stack `{name}` in `{formation.region}` is not standing",
            why=f"it is in {stack.status}: what it holds changes, or is not what it says",
            hint="wait until its operation has ended, or lead it out of that state",
        )
    return stack


def _document(formation: CloudFormation, name: str) -> tuple[Mapping[str, Any], bool]:
    """Return the template as it was sent; as macros made it where others than SAM did something."""
    found = _loaded(formation.template(name), name)
    given = found.get("Transform")
    macros = [] if given is None else given if isinstance(given, list) else [given]
    resources = found.get("Resources", {})
    looped = any(str(each).startswith("Fn::") for each in resources)
    if all(each == TRANSFORM for each in macros) and not looped:
        return found, False
    return _loaded(formation.processed_template(name), name), True


def _loaded(text: str, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template"
        file.write_text(text, encoding="utf-8")
        found = documents.load(file)
    if found.mistakes or not isinstance(found.content.get("Resources"), Mapping):
        said = found.mistakes[0].message if found.mistakes else "it has no `Resources`"
        raise RefusedError(
            f"The template of stack `{name}` cannot be read",
            why=said,
            hint="see it in the CloudFormation console; a template file of yours is read by "
            "`sam-deploy init --from-template FILE`",
        )
    return found.content


def _functions(
    aws: Aws, region: str, document: Mapping[str, Any], resources: Mapping[str, StackResource]
) -> tuple[dict[str, Code], list[tuple[str, str]]]:
    from sam_deploy.aws.deployed_code import DeployedCode  # noqa: PLC0415 - boto3

    lambdas = DeployedCode(aws, region)
    named = {
        logical_id: resources[logical_id].physical_id
        for logical_id, each in document["Resources"].items()
        if isinstance(each, Mapping) and each.get("Type") in FUNCTIONS and logical_id in resources
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        read_all = list(pool.map(lambda e: _function(lambdas, *e), named.items()))
    found: dict[str, Code] = {}
    left: list[tuple[str, str]] = []
    for logical_id, code in zip(named, read_all, strict=True):
        if isinstance(code, str):
            left.append((logical_id, code))
            continue
        found[logical_id] = code
        left += [(f"{logical_id}: package {each}", "it stays") for each in code.contents.kept]
    return found, left


def _function(lambdas: DeployedCode, logical_id: str, name: str) -> Code | str:
    """Return a function, or the reason why it cannot be taken over."""
    function = lambdas.function(name)
    if function is None:
        return f"Lambda has no function `{name}`: it was deleted by other means"
    if function.package == "Image":
        return "it is a container image; sam-deploy builds functions as archives"
    if not function.runtime.startswith("python"):
        return (
            f"its runtime is {function.runtime}: what Lambda holds of it was built, and is no "
            "source; write a `Function` with the source that you have"
        )
    archive = lambdas.download(function.location)
    what = f"function `{logical_id}`"
    own = archives.own_facts(archive, what) if function.handler == SHIM else {}
    handler = str(own.get("handler") or function.handler)
    return Code(function, handler, archives.contents(archive, what), own)


def _layers(
    aws: Aws, region: str, functions: Mapping[str, Code]
) -> tuple[dict[str, Contents], list[tuple[str, str]]]:
    """Return the layers that functions have; those that cannot be read are told."""
    from sam_deploy.aws.deployed_code import DeployedCode  # noqa: PLC0415 - boto3

    lambdas = DeployedCode(aws, region)
    arns = dict.fromkeys(arn for each in functions.values() for arn in each.function.layers)
    found: dict[str, Contents] = {}
    left: list[tuple[str, str]] = []
    for arn in arns:
        try:
            archive = lambdas.download(lambdas.layer(arn))
        except SamDeployError as error:
            users = ", ".join(k for k, e in functions.items() if arn in e.function.layers)
            why = f"{error.why or error.what}; name what they need of it in their requirements"
            left.append((f"layer {arn} of {users}", why))
            continue
        made = archives.contents(archive, f"layer `{arn}`", layer=True)
        if made.files or made.requirements:
            found[arn] = made
        else:
            left.append((f"layer {arn}", "it holds nothing for Python"))
    return found, left
