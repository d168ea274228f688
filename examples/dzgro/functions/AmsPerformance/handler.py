"""Amazon Marketing Stream: hourly traffic, conversions and budget use."""

from typing import Any, Literal

from dzgroshared.marketing_stream import store
from dzgroshared.provenance import provenance
from dzgroshared.queues import process
from dzgroshared.storage import Bucket
from pydantic import BaseModel, ConfigDict


class Performance(BaseModel):
    """What every performance record has; its other fields are kept as they come."""

    model_config = ConfigDict(extra="allow")

    dataset_id: Literal[
        "sp-traffic",
        "sp-conversion",
        "sb-traffic",
        "sb-conversion",
        "sd-traffic",
        "sd-conversion",
        "budget-usage",
    ]
    advertiser_id: str
    marketplace_id: str
    idempotency_id: str | None = None


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Store each record under `ams/performance/<message id>.json`."""
    bucket, call = Bucket.of("dzgro-amz-report-data"), provenance(event, context)
    return process(
        event, lambda record: store(record, Performance, "ams/performance", bucket, call)
    )
