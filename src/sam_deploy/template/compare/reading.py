"""Reads a template's text, JSON or YAML, into one plain form that two of them share. Pure.

In the plain form two ways of writing one thing are equal: `!Ref A` and `{"Ref": "A"}`, `A.Arn` and
`["A", "Arn"]`, one entry and a list of it where a policy allows both. PyYAML is only imported when
a text is read.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from sam_deploy.errors import RefusedError

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""What JSON can say."""

UNPREFIXED: Final = frozenset({"Ref", "Condition"})
"""The functions whose long form has no `Fn::`."""
ONE_OR_MANY: Final = frozenset({"Action", "NotAction", "Resource", "NotResource"})
"""Of a policy statement. Source: IAM user guide, "Grammar of the IAM JSON policy language"."""
NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
QUESTION_MARKS: Final = re.compile(r"\?+")


def from_text(text: str, name: str) -> dict[str, Plain]:
    """Return the plain form of a template. `name` is said in the error.

    Raises `RefusedError` for a text that is no template.
    """
    return plain(as_written(text, name))


def as_written(text: str, name: str) -> Mapping[Any, Any]:
    """Return a template as it is written, but for tags, which become functions in long form.

    Raises `RefusedError` for a text that is no template.
    """
    import yaml  # noqa: PLC0415 - only when a text is read

    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unreadable(name, str(error).split("\n", 1)[0]) from error
    if not isinstance(found, Mapping):
        raise _unreadable(name, "it is no mapping of sections")
    return found


def _unreadable(name: str, why: str) -> RefusedError:
    return RefusedError(
        f"{name} cannot be read",
        why=why,
        hint="look at it in the AWS console; `sam-deploy deploy` does not need to read it",
    )


def _load(text: str) -> Any:  # noqa: ANN401 - whatever the text says
    import yaml  # noqa: PLC0415 - only when a text is read

    return yaml.load(text, _loader())  # noqa: S506 - it makes plain values only


@functools.cache
def _loader() -> Any:  # noqa: ANN401 - a class that is made when it is needed
    """Return a reader of CloudFormation's YAML: its tags, and dates that stay text."""
    import yaml  # noqa: PLC0415 - only when a text is read

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name and form
            first: [each for each in known if each[0] != "tag:yaml.org,2002:timestamp"]
            for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    Loader.add_multi_constructor("!", _function)
    return Loader


def _function(loader: Any, tag: str, node: Any) -> Plain:  # noqa: ANN401 - PyYAML's
    """Return `!Sub text` as `{"Fn::Sub": text}`."""
    make = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence}
    value = make.get(node.id, loader.construct_mapping)
    given = value(node) if node.id == "scalar" else value(node, deep=True)
    return {tag if tag in UNPREFIXED else f"Fn::{tag}": given}


def plain(document: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return a document in plain form: text as keys, functions written one way."""
    return {str(key): _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Plain:  # noqa: ANN401 - whatever a template holds
    if isinstance(value, Mapping):
        written = {str(key): _plain(each) for key, each in value.items()}
        return _policy(_one_way(written))
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _one_way(value: dict[str, Plain]) -> dict[str, Plain]:
    """Return `Fn::GetAtt`, `Fn::Sub` and `DependsOn` as they are written here."""
    attribute, text, after = value.get("Fn::GetAtt"), value.get("Fn::Sub"), value.get("DependsOn")
    if len(value) == 1 and isinstance(attribute, str) and "." in attribute:
        return {"Fn::GetAtt": list(attribute.split(".", 1))}
    if len(value) == 1 and isinstance(text, list) and text[1:] in ([], [{}]):
        return {"Fn::Sub": text[0]} if text else value
    if "Type" in value and isinstance(after, str):
        return value | {"DependsOn": [after]}
    return value


def _policy(value: dict[str, Plain]) -> dict[str, Plain]:
    """Return a policy with lists wherever it may have one entry or a list of them."""
    if "Statement" not in value or not isinstance(value["Statement"], (dict, list)):
        return value
    statements = [
        {key: _listed(each) if key in ONE_OR_MANY else each for key, each in statement.items()}
        if isinstance(statement, dict)
        else statement
        for statement in _listed(value["Statement"])
    ]
    return value | {"Statement": list(statements)}


def _listed(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else [value]


def restored(deployed: dict[str, Plain], rendered: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return `deployed` with the letters that CloudFormation has lost, as `rendered` knows them.

    GetTemplate answers with a question mark for every letter beyond ASCII.
    """
    known = {_lost(text): text for text in _texts(rendered) if NOT_ASCII.search(text)}
    if not known:
        return deployed
    return {known.get(_lost(key), key): _restored(value, known) for key, value in deployed.items()}


def _restored(value: Plain, known: Mapping[str, str]) -> Plain:
    match value:
        case str():
            return known.get(_lost(value), value) if "?" in value else value
        case dict():
            return {_text(key, known): _restored(each, known) for key, each in value.items()}
        case list():
            return [_restored(each, known) for each in value]
        case _:
            return value


def _text(key: str, known: Mapping[str, str]) -> str:
    return known.get(_lost(key), key) if "?" in key else key


def _lost(text: str) -> str:
    """Return what is left of a text, however many question marks stand for one letter."""
    return QUESTION_MARKS.sub("?", NOT_ASCII.sub("?", text))


def _texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case Mapping():
            inner = [text for each in value.values() for text in _texts(each)]
            return [*map(str, value), *inner]
        case list():
            return [text for each in value for text in _texts(each)]
        case _:
            return []
