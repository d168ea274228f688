"""Handles the messages of four queues, each by its attribute `model`.

What came out is stored as `results/<message id>.json`. A message that fails goes to its queue's
dead-letter queue at once.
"""

from typing import Any

from actions import ACTIONS, Stores
from dzgroshared.provenance import Provenance, provenance
from dzgroshared.queues import Record, process


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Handle a batch; return the messages that failed."""
    stores, call = Stores.current(), provenance(event, context)
    return process(event, lambda record: handle(record, stores, call))


def handle(record: Record, stores: Stores, call: Provenance) -> None:
    """Do what the message says, and store what came out. Raises whatever is wrong with it.

    A message can arrive twice: every key follows from the message, so that the second time
    writes the same objects again.
    """
    name = record["messageAttributes"].get("model", {}).get("stringValue")
    if name not in ACTIONS:
        raise ValueError(f"no such model: {name!r}")
    model, act = ACTIONS[name]
    result = act(model.model_validate_json(record["body"]), stores)
    stores.reports.put_json(
        f"results/{record['messageId']}.json",
        {
            "message_id": record["messageId"],
            "model": name,
            "result": result,
            **call.as_json(),
        },
    )
