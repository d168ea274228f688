"""Reserved concurrency holds for calls of a version or an alias too.

Fault: MiniStack 1.5.33 keeps the number on the function and looks for it on the version that is
called, so only unqualified calls are ever throttled. On AWS all versions share it.
Seam: `lambda_svc._reserved_concurrency`.
"""

from __future__ import annotations

import importlib
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]


def apply() -> None:
    """Look the number up on the function where the called version has none."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    reserved = lambda_svc._reserved_concurrency  # noqa: SLF001

    def reserved_by_function(record: Record, config: Record) -> int | None:
        found: int | None = reserved(record, config)
        if found is not None:
            return found
        function = lambda_svc._functions.get(config.get("FunctionName", ""))  # noqa: SLF001
        number: int | None = reserved(function or {}, config)
        return number

    lambda_svc._reserved_concurrency = reserved_by_function  # noqa: SLF001
