"""Takes resources of some types out of a template, for a place that does not know them. Pure.

The embedded cloud refuses a whole stack for one type that it lacks. What hangs on nothing else can
be left out there, and the user is told; AWS always gets the whole template.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from sam_deploy.errors import ConfigError
from sam_deploy.template.compare.environments import references
from sam_deploy.template.compare.reading import as_written, plain
from sam_deploy.template.render import Template
from sam_deploy.template.yaml_text import to_yaml

Dropped = tuple[tuple[str, str], ...]
"""(logical id, type) of what was left out, in the template's order."""


def without(template: Template, kinds: Collection[str]) -> tuple[Template, Dropped]:
    """Return the template without resources of these types, and which they were.

    A type may end with `*`: AWS::CodeDeploy::*. Outputs that tell of them, conditions that only
    they had, and waiting for them go, too. Raises `ConfigError` when something else needs one.
    """
    if not kinds:
        return template, ()
    document = as_written(template.body, template.stack_name)
    resources = _section(document, "Resources")
    dropped = tuple(
        (name, kind)
        for name, kind in ((name, _kind(each)) for name, each in resources.items())
        if any(fnmatchcase(kind, pattern) for pattern in kinds)
    )
    if not dropped:
        return template, ()
    gone = dict(dropped)
    kept = {name: _waiting(each, gone) for name, each in resources.items() if name not in gone}
    _refuse_needed(template, kept, gone)
    outputs = {
        name: each
        for name, each in _section(document, "Outputs").items()
        if not gone.keys() & set(references(plain({name: each})))
    }
    whole = {**document, "Resources": kept, "Outputs": outputs}
    unused = set(_conditions(document)) - set(_conditions(whole))
    whole["Conditions"] = {
        name: each for name, each in _section(document, "Conditions").items() if name not in unused
    }
    emptied = {"Outputs", "Conditions"}
    body = {name: each for name, each in whole.items() if each or name not in emptied}
    changed = replace(
        template,
        body=to_yaml(body),
        resource_count=len(kept),
        outputs=tuple(outputs),
        origins={name: each for name, each in template.origins.items() if name not in gone},
    )
    return changed, dropped


def _section(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _kind(resource: object) -> str:
    return str(resource.get("Type", "")) if isinstance(resource, dict) else ""


def _waiting(resource: object, gone: Mapping[str, str]) -> object:
    """Return a resource that waits for nothing that is gone."""
    if not isinstance(resource, dict) or "DependsOn" not in resource:
        return resource
    after = resource["DependsOn"]
    left = [each for each in (after if isinstance(after, list) else [after]) if each not in gone]
    rest = {name: each for name, each in resource.items() if name != "DependsOn" or left}
    return rest | {"DependsOn": left} if left else rest


def _refuse_needed(template: Template, kept: Mapping[str, object], gone: Mapping[str, str]) -> None:
    needed = [
        f"`{name}` needs `{other}` ({gone[other]})"
        for name, each in kept.items()
        for other in dict.fromkeys(references(plain({name: each})))
        if other in gone
    ]
    if needed:
        raise ConfigError(
            f"Stack `{template.stack_name}` cannot be made in the embedded cloud",
            why="it does not know some types of resources, and others need them",
            hint="leave these out of the app for a try on this computer, or take `--target aws`",
            problems=tuple(needed),
        )


def _conditions(value: object) -> Iterator[str]:
    """Yield every condition that is used: by name, or as the first argument of `Fn::If`."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key == "Condition" and isinstance(each, str):
                yield each
            elif key == "Fn::If" and isinstance(each, list) and each:
                yield str(each[0])
            yield from _conditions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _conditions(each)
