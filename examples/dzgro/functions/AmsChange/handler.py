"""Amazon Marketing Stream: changes of campaigns, ad groups, ads and targets."""

from typing import Any, Literal

from dzgroshared.marketing_stream import store
from dzgroshared.provenance import provenance
from dzgroshared.queues import process
from dzgroshared.storage import Bucket
from pydantic import BaseModel, ConfigDict


class Change(BaseModel):
    """What every change set has; its other fields are kept as they come."""

    model_config = ConfigDict(extra="allow")

    dataset_id: Literal["campaigns", "adgroups", "ads", "targets"]
    advertiser_id: str
    marketplace_id: str


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Store each change set under `ams/change/<message id>.json`."""
    bucket, call = Bucket.of("dzgro-amz-report-data"), provenance(event, context)
    return process(event, lambda record: store(record, Change, "ams/change", bucket, call))
