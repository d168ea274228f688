"""The values of a template's parameters, completed. Pure.

The SAM CLI keeps the previous value of a parameter that it is not given, where CloudFormation, and
so our own engine, takes the template's default. Both ways must come to the same stack.
"""

from __future__ import annotations

from collections.abc import Mapping

from sam_deploy.template.compare.reading import as_written


def complete(body: str, parameters: Mapping[str, str], stack: str) -> dict[str, str]:
    """Return the values of all parameters: those given, else the defaults of the template."""
    declared = as_written(body, f"The template of `{stack}`").get("Parameters") or {}
    defaults = {
        str(name): _text(each["Default"])
        for name, each in declared.items()
        if isinstance(each, Mapping) and "Default" in each
    }
    return defaults | dict(parameters)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
