"""Who did a piece of work: every stored result carries it."""

import os
from dataclasses import asdict, dataclass
from typing import Any

from sam_deploy_runtime import environment


@dataclass(frozen=True)
class Provenance:
    """The environment a call belongs to, and the code that answered it."""

    environment: str
    alias: str | None
    """The alias that was called; None when a version was called by its number."""
    version: str
    """The function version that ran: `7`, or `$LATEST`."""
    region: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)


def provenance(event: Any, context: Any) -> Provenance:  # noqa: ANN401 - Lambda's own types
    """Return where the call that is being handled runs."""
    return Provenance(
        environment=environment(),
        alias=_alias(event, context.invoked_function_arn),
        version=context.function_version,
        region=os.environ["AWS_REGION"],
    )


def _alias(event: Any, arn: str) -> str | None:  # noqa: ANN401 - any JSON value
    """Return the ARN's eighth part; the HTTP API's stage variable when that is a version."""
    name = ":".join(arn.split(":")[7:])
    if name and not name.isdigit() and name != "$LATEST":
        return name
    stage_variables = event.get("stageVariables") if isinstance(event, dict) else None
    return (stage_variables or {}).get("LambdaAlias")
