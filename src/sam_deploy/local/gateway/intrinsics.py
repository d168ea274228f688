"""CloudFormation's intrinsic functions, resolved for the body of an API in a stack. Pure.

What cannot be known from a stack's resources, such as an unusual attribute, stays as `${Name}`:
it is then named where it is needed, and everything else works.
Source: AWS CloudFormation user guide, "Intrinsic function reference".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PLACE: Final = re.compile(r"\$\{(!?)([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template's functions may refer to.

    `resources` holds physical ids and `types` their types, by logical id; `parameters` are those
    of the deployed stack, pseudo parameters included; `exports` values by export name.
    """

    parameters: Mapping[str, object]
    resources: Mapping[str, str]
    types: Mapping[str, str]
    mappings: Mapping[str, object] = field(default_factory=dict)
    conditions: Mapping[str, object] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)


NO_VALUE: Final = object()
"""What `AWS::NoValue` stands for: the key or item is not there."""


def resolve(value: object, scope: Scope) -> object:
    """The value with every intrinsic function in it replaced by what it stands for."""
    if isinstance(value, list):
        items = (resolve(item, scope) for item in value)
        return [item for item in items if item is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        known = _FUNCTIONS.get(str(name))
        if known is not None:
            return known(argument, scope)
    pairs = ((key, resolve(item, scope)) for key, item in value.items())
    return {key: item for key, item in pairs if item is not NO_VALUE}


def reference(name: str, scope: Scope) -> object:
    """What `Ref` gives."""
    if name == "AWS::NoValue":
        return NO_VALUE
    if name in scope.parameters:
        return scope.parameters[name]
    return scope.resources.get(name, f"${{{name}}}")


def attribute(name: str, scope: Scope) -> str:
    """What `Fn::GetAtt` gives, for `LogicalId.Attribute`."""
    logical, _, wanted = name.partition(".")
    physical, kind = scope.resources.get(logical), scope.types.get(logical)
    region, account = (scope.parameters.get(f"AWS::{each}", "") for each in ("Region", "AccountId"))
    if physical is None:
        return f"${{{name}}}"
    pool = f"cognito-idp.{region}.amazonaws.com/{physical}"
    known = {
        ("AWS::Lambda::Function", "Arn"): f"arn:aws:lambda:{region}:{account}:function:{physical}",
        ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{account}:role/{physical}",
        ("AWS::Cognito::UserPool", "Arn"): (
            f"arn:aws:cognito-idp:{region}:{account}:userpool/{physical}"
        ),
        ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{region}:{account}:log-group:{physical}:*",
        ("AWS::Cognito::UserPool", "ProviderName"): pool,
        ("AWS::Cognito::UserPool", "ProviderURL"): f"https://{pool}",
        ("AWS::Cognito::UserPool", "UserPoolId"): physical,
        ("AWS::Cognito::UserPoolClient", "ClientId"): physical,
        ("AWS::Lambda::Alias", "AliasArn"): physical,
    }
    return known.get((kind or "", wanted), f"${{{name}}}")


def _ref(argument: object, scope: Scope) -> object:
    return reference(str(argument), scope)


def _get_att(argument: object, scope: Scope) -> object:
    parts = argument if isinstance(argument, list) else [argument]
    return attribute(".".join(str(resolve(part, scope)) for part in parts), scope)


def _sub(argument: object, scope: Scope) -> object:
    text: object = argument
    own: object = {}
    if isinstance(argument, list):
        text, own = argument[0], resolve(argument[1], scope)

    def value(found: re.Match[str]) -> str:
        literal, name = found[1], found[2].strip()
        if literal:
            return f"${{{name}}}"
        if isinstance(own, dict) and name in own:
            return str(own[name])
        return attribute(name, scope) if "." in name else str(reference(name, scope))

    return _PLACE.sub(value, str(text))


def _join(argument: object, scope: Scope) -> object:
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004 - joint and items
        return ""
    items = resolve(argument[1], scope)
    return str(argument[0]).join(map(str, items if isinstance(items, list) else [items]))


def _if(argument: object, scope: Scope) -> object:
    if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004 - name, yes, no
        return NO_VALUE
    return resolve(argument[1] if _condition(argument[0], scope) else argument[2], scope)


def _find_in_map(argument: object, scope: Scope) -> object:
    found: object = scope.mappings
    keys = resolve(argument, scope)
    for key in keys if isinstance(keys, list) else []:
        found = found.get(str(key)) if isinstance(found, dict) else None
    return found


def _select(argument: object, scope: Scope) -> object:
    given = resolve(argument, scope)
    if not isinstance(given, list) or len(given) != 2:  # noqa: PLR2004 - index and items
        return NO_VALUE
    items = given[1] if isinstance(given[1], list) else str(given[1]).split(",")
    index = int(str(given[0]))
    return items[index] if 0 <= index < len(items) else NO_VALUE


def _split(argument: object, scope: Scope) -> object:
    given = resolve(argument, scope)
    return str(given[1]).split(str(given[0])) if isinstance(given, list) else []


def _import_value(argument: object, scope: Scope) -> object:
    name = str(resolve(argument, scope))
    return scope.exports.get(name, f"${{{name}}}")


def _condition(value: object, scope: Scope) -> bool:
    if isinstance(value, str):
        return _condition(scope.conditions.get(value, False), scope)
    if not isinstance(value, dict) or len(value) != 1:
        return bool(value)
    name, given = next(iter(value.items()))
    items = given if isinstance(given, list) else [given]
    match name:
        case "Condition":
            return _condition(str(given), scope)
        case "Fn::Equals":
            return len({str(resolve(item, scope)) for item in items}) == 1
        case "Fn::Not":
            return not _condition(items[0], scope)
        case "Fn::And":
            return all(_condition(item, scope) for item in items)
        case "Fn::Or":
            return any(_condition(item, scope) for item in items)
        case _:
            return False


_FUNCTIONS: Final[dict[str, Callable[[object, Scope], object]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::ImportValue": _import_value,
}
