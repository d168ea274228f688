"""The function Aggregator: puts the answers of a session together, once all are there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from orchestration.sessions import Sessions
from shared import events
from shared.runtime import publish, reports, table
from strategy_v2.strategy_file import check, combined


@reports("aggregator")
def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Publish SignalGenerated with the last answer. Told twice, Portfolio plans once."""
    partial = events.read(events.PartialSignalGenerated, event)
    sessions = Sessions(table("aggregation-sessions"))
    answers = sessions.add(partial, dt.datetime.now(dt.UTC))
    if answers is None:
        return {"complete": False}
    shares = {each.strategy: each.share for each in answers}
    check(shares, f"session {partial.correlation_id}")
    publish(
        events.SignalGenerated(
            correlation_id=partial.correlation_id,
            weights=combined((each.share, each.weights) for each in answers),
            as_of=min(each.as_of for each in answers),
            strategies=tuple(sorted(shares)),
        )
    )
    sessions.done(partial.correlation_id)
    return {"complete": True}
