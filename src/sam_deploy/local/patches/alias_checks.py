"""An alias points at versions that exist, with weights that make sense.

Fault: MiniStack 1.5.33 takes any version and any weight, in CreateAlias and in UpdateAlias.
Seam: `lambda_svc._create_alias` and `_update_alias`, which the API and CloudFormation's update of
an alias go through.
Source: Lambda API, CreateAlias and UpdateAlias; developer guide, "Using an alias to shift traffic":
two versions at most, both published.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

Record: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, dict[str, str], bytes]

LATEST: Final = "$LATEST"


def fault(
    main: str, weights: Mapping[str, float], published: Collection[str]
) -> tuple[str, str] | None:
    """What is wrong with an alias: code and message of an error, `{}` for the function's ARN."""
    if main != LATEST and main not in published:
        return "ResourceNotFoundException", f"Function not found: {{}}:{main}"
    if not weights:
        return None
    for version, weight in weights.items():
        if version == main:
            why = f"Function version {version} is already included in routing configuration."
            return "InvalidParameterValueException", f"Invalid function version {version}. {why}"
        if not 0 <= float(weight) <= 1:
            why = "must have a value between 0 and 1"
            return "InvalidParameterValueException", f"The weight of version {version} {why}."
        if version != LATEST and version not in published:
            return "ResourceNotFoundException", f"Function not found: {{}}:{version}"
    if LATEST in (main, *weights):
        why = "$LATEST is not supported for an alias that points to more than one version."
        return "InvalidParameterValueException", why
    if len(weights) > 1:
        why = "Number of items in AdditionalVersionWeights cannot be greater than 1."
        return "InvalidParameterValueException", why
    return None


def apply() -> None:
    """Refuse what Lambda refuses, before anything is changed."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    for name in ("_create_alias", "_update_alias"):
        setattr(lambda_svc, name, _checked(lambda_svc, getattr(lambda_svc, name)))


def _checked(
    lambda_svc: Any,  # noqa: ANN401 - the emulator's module
    write: Callable[..., Answer],
) -> Callable[..., Answer]:
    def write_checked(function: str, *given: Any) -> Answer:  # noqa: ANN401 - name and parameters
        record, changes = lambda_svc._functions.get(function), given[-1]  # noqa: SLF001
        if record is None:
            return write(function, *given)
        # What is not given stays as it is, and is judged together with what is.
        name = given[0] if len(given) > 1 else changes.get("Name", "")
        after = {"FunctionVersion": LATEST, **record["aliases"].get(name, {}), **changes}
        weights = (after.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        found = fault(after["FunctionVersion"] or LATEST, weights, record["versions"])
        if found is None:
            return write(function, *given)
        code, message = found
        status = 404 if code == "ResourceNotFoundException" else 400
        arn = lambda_svc._func_arn(function)  # noqa: SLF001
        answer: Answer = lambda_svc.error_response_json(code, message.format(arn), status)
        return answer

    return write_checked
