"""The function Coordinator: starts one call of Strategy for each file, side by side."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from orchestration.sessions import Sessions
from shared.runtime import client, log, reports, stage, table
from strategy_v2.strategy_file import allocations

from sam_deploy_runtime import resource_arn


@reports("coordinator")
def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Open a session and ask every strategy of the stage; answers go to the Aggregator."""
    session = event.get("correlation_id") or str(uuid.uuid4())
    shares = allocations(stage())
    Sessions(table("aggregation-sessions")).open(session, shares, dt.datetime.now(dt.UTC))
    for name, share in shares.items():
        asked = {"correlation_id": session, "strategy": name, "share": str(share)}
        client("lambda").invoke(
            FunctionName=resource_arn("Strategy"),
            InvocationType="Event",
            Payload=json.dumps(asked).encode(),
        )
    log.info("asked", correlation_id=session, strategies=len(shares))
    return {"correlation_id": session, "strategies": list(shares)}
