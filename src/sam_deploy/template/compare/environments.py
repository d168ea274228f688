"""Says to which environment a resource belongs, of a template or of a change set. Pure.

Resources of staging and prod live in the stack that every deployment updates, in the shared
topology. What touches them reaches people, and is shown apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from sam_deploy import naming
from sam_deploy.template.compare.reading import Plain
from sam_deploy.template.render import Origin

SHARED: Final = "shared"
NAMED_BY: Final = {
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::Lambda::Alias": "Name",
}
"""Resources that are called as their environment is, and the property that says so."""
PINNED: Final = frozenset(
    {
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::RestApi",
        "AWS::CloudWatch::Dashboard",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::Serverless::Api",
        "AWS::Serverless::Function",
    }
)
"""What all environments share and none meets before it is promoted: versions, deployments of an API
that a stage has to be moved to, and what only people look at."""
VARIABLE: Final = re.compile(r"\$\{(?!!)([A-Za-z0-9]+)")
"""A reference in the text of `Fn::Sub`."""


class Touched(Protocol):
    """A change of a resource, as change sets list it."""

    @property
    def logical_id(self) -> str:
        """The resource."""

    @property
    def resource_type(self) -> str:
        """Such as AWS::SQS::Queue."""


T = TypeVar("T", bound=Touched)


def by_environment(changes: Iterable[T], origins: Mapping[str, Origin]) -> dict[str, tuple[T, ...]]:
    """Return the changes of each environment; those of what all of them share are under ''.

    Shared comes first, the environments in the order of the template. What has no origin, because
    it is being removed, is judged by the environment in its logical id.
    """
    names = list(dict.fromkeys(each.environment for each in origins.values() if each.environment))
    found: dict[str, list[T]] = {name: [] for name in ("", *names)}
    for change in changes:
        origin = origins.get(change.logical_id)
        name = origin.environment if origin else named_in(change.logical_id, names)
        found.setdefault(name, []).append(change)
    return {name: tuple(each) for name, each in found.items() if each}


def reached(changes: Iterable[T], origins: Mapping[str, Origin]) -> dict[str, tuple[T, ...]]:
    """Return environment -> the changes that its users meet at once, their own and shared ones.

    Roles, and routes of an API, serve every environment: a right that is taken away is missed by
    the versions of prod as well. In the order of `changes`.
    """
    changes = list(changes)
    own = by_environment(changes, origins)
    everywhere = {each.logical_id for each in own.pop("", ()) if is_live(each.resource_type)}
    names = dict.fromkeys(each.environment for each in origins.values() if each.environment)
    found = {}
    for name in dict.fromkeys([*names, *own]):
        mine = everywhere | {each.logical_id for each in own.get(name, ())}
        found[name] = tuple(each for each in changes if each.logical_id in mine)
    return {name: each for name, each in found.items() if each}


def is_live(resource_type: str) -> bool:
    """Whether a change of something shared is met by every environment at once."""
    return resource_type not in PINNED


def named_in(logical_id: str, environments: Iterable[str]) -> str:
    """Return the environment in a logical id, such as prod in JobsProdQ; '' when there is none.

    The last one counts: what the user has named stands in front of it.
    """
    found = [
        (match.start(), len(name), name)
        for name in environments
        for match in re.finditer(rf"{re.escape(naming.title(name))}(?![a-z])", logical_id)
    ]
    return max(found, default=(0, 0, ""))[2]


class Belonging:
    """Knows the environments of the resources of two versions of a template.

    Of a template without `environments`, as hand-written ones are, everything is shared.
    """

    def __init__(
        self,
        old: Mapping[str, Plain],
        new: Mapping[str, Plain],
        origins: Mapping[str, Origin],
        environments: Sequence[str],
    ) -> None:
        self._origins = origins
        self._environments = environments
        self._resources = {**_resources(old), **_resources(new)}
        # an environment that is being removed is known by the tags of what it had
        said = [_said(each) for each in self._resources.values()]
        self._names = [
            each for each in dict.fromkeys([*environments, *said]) if each not in {"", SHARED}
        ]

    def environment(self, logical_id: str) -> str:
        """Return the environment of a resource; '' for what all of them share."""
        resource, origin = self._resources.get(logical_id), self._origins.get(logical_id)
        if origin and origin.environment:
            return origin.environment
        if not self._environments:
            return ""
        own = _said(resource)
        if not own and not (origin and origin.path):
            own = self._of_what_it_names(resource) or named_in(logical_id, self._names)
        return "" if own == SHARED else own

    def _of_what_it_names(self, resource: Plain) -> str:
        """Return the one environment of everything that a resource without tags refers to."""
        given = resource.get("Properties") if isinstance(resource, dict) else None
        named = {
            self._origins[name].environment or _said(self._resources[name]) or SHARED
            if name in self._origins
            else _said(self._resources[name])
            for name in references(given)
            if name in self._resources
        }
        named -= {""}
        return named.pop() if len(named) == 1 else ""


def references(value: Plain) -> Iterator[str]:
    """Yield the logical ids and parameters that a value names: `Ref`, `Fn::GetAtt`, `Fn::Sub`."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from VARIABLE.findall(text)
        case {"Fn::Sub": [str(text), variables]}:
            yield from VARIABLE.findall(text)
            yield from references(variables)
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)
        case _:
            return


def _resources(document: Mapping[str, Plain]) -> dict[str, Plain]:
    found = document.get("Resources")
    return found if isinstance(found, dict) else {}


def _said(resource: Plain) -> str:
    """Return what its tags, its alias or its stage say, `shared` included; '' for nothing."""
    given = resource.get("Properties") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(given, dict):
        return ""
    named = given.get(NAMED_BY.get(str(resource.get("Type")), ""))
    if isinstance(named, str):
        return named
    tags = given.get("Tags") or given.get("UserPoolTags")
    if isinstance(tags, dict):
        found = tags.get("Environment")
    elif isinstance(tags, list):
        pairs = [each for each in tags if isinstance(each, dict)]
        found = next((each.get("Value") for each in pairs if each.get("Key") == "Environment"), "")
    else:
        return ""
    return found if isinstance(found, str) else ""
