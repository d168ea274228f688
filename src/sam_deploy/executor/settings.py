"""The values of a template's parameters, completed. Pure.

The SAM CLI keeps the previous value of a parameter that it is not given, where CloudFormation, and
so our own engine, takes the template's default. Both ways must come to the same stack. Only what
AWS hides (NoEcho) keeps its value both ways: nobody could say it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sam_deploy.template.compare.reading import as_written


def complete(
    body: str, parameters: Mapping[str, str], stack: str, kept: Collection[str] = ()
) -> dict[str, str]:
    """Return the values of all parameters: those given, else the defaults of the template.

    What is in `kept` and not given is left out, so that the SAM CLI keeps the stack's value.
    """
    declared = as_written(body, f"The template of `{stack}`").get("Parameters") or {}
    defaults = {
        str(name): _text(each["Default"])
        for name, each in declared.items()
        if isinstance(each, Mapping) and "Default" in each and name not in kept
    }
    return defaults | dict(parameters)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
