"""An event that is delivered to an alias names the alias in the invoked ARN.

Fault: MiniStack 1.5.33 resolves an alias to its version before it invokes, so a function that is
called by an event source mapping, S3, SNS, Cognito, EventBridge or a schedule sees
`...:function:Name:1` in `context.invoked_function_arn`. AWS has the alias there, and that is how
a function knows its environment. A direct Invoke is right already.
Seam: `lambda_svc._effective_func_record_for_qualifier`, through which all of these resolve.
"""

from __future__ import annotations

import importlib
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]


def apply() -> None:
    """Give the record that an alias resolves to the alias's own ARN."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    resolve = lambda_svc._effective_func_record_for_qualifier  # noqa: SLF001

    def resolve_with_alias(
        function: Record | None, qualifier: str | None
    ) -> tuple[Record | None, Record | None]:
        record, config = resolve(function, qualifier)
        if function is None or record is None or qualifier not in function.get("aliases", {}):
            return record, config
        # A copy: the version's own configuration keeps its ARN.
        named = {**config, "FunctionArn": f"{function['config']['FunctionArn']}:{qualifier}"}
        return {**record, "config": named}, named

    lambda_svc._effective_func_record_for_qualifier = resolve_with_alias  # noqa: SLF001
