"""Reports: ask for one, look at it, add its CSV file."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from dzgroshared import queues
from dzgroshared.models import AmazoMarketplaceDailyReportQM, CountryCode, DzgroReportQM, QueueModel
from dzgroshared.storage import Bucket
from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from pydantic import Field, HttpUrl

from api.health import Called

MAX_CSV_BYTES = 4 * 1024 * 1024
"""Lambda takes 6 MB per request, and API Gateway sends binary bodies as base64."""

router = APIRouter()


def report_data() -> Bucket:
    """Return this environment's bucket of reports."""
    return Bucket.of("dzgro-report-data")


def sender() -> Callable[[str, QueueModel], str]:
    """Return what sends a message to one of the app's queues."""
    return queues.send


async def csv_body(request: Request) -> bytes:
    """Return the raw body, within its limits."""
    body = await request.body()
    if not body.strip():
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY, "the CSV file is empty")
    if len(body) > MAX_CSV_BYTES:
        raise HTTPException(
            status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_CSV_BYTES} bytes"
        )
    return body


Reports = Annotated[Bucket, Depends(report_data)]
Send = Annotated[Callable[[str, QueueModel], str], Depends(sender)]


class SalesLine(QueueModel):
    """Units of one product and what they brought."""

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    units: Annotated[int, Field(ge=0)]
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class NewReport(QueueModel):
    """What a client asks for."""

    kind: Literal["amazon", "dzgro"]
    marketplace: CountryCode
    day: dt.date
    document_url: HttpUrl | None = None
    """Where Amazon has the document; for amazon reports."""
    lines: Annotated[list[SalesLine], Field(max_length=10_000)] = Field(default_factory=list)
    """What is to be summarised; for dzgro reports."""

    def message(self, report_id: UUID) -> tuple[str, QueueModel]:
        """Return the queue that does the work, and the message for it."""
        if self.kind == "dzgro":
            return "DzgroReports", DzgroReportQM(report_id=report_id)
        return "AmazonReports", AmazoMarketplaceDailyReportQM(
            report_id=report_id,
            marketplace=self.marketplace,
            day=self.day,
            document_url=self.document_url,
        )


@router.post("", status_code=status.HTTP_202_ACCEPTED)
def create_report(new: NewReport, bucket: Reports, send: Send, call: Called) -> dict[str, Any]:
    """Store the report, then queue its work: the message must find what it names."""
    report_id = uuid4()
    report = {
        "id": str(report_id),
        "created_at": dt.datetime.now(dt.UTC).isoformat(),
        "created_by": call.as_json(),
        **new.model_dump(mode="json"),
    }
    bucket.put_json(f"reports/{report_id}.json", report)
    queue, message = new.message(report_id)
    message_id = send(queue, message)
    return {
        "id": str(report_id),
        "queue": queue,
        "model": type(message).__name__,
        "message_id": message_id,
        "environment": call.environment,
    }


@router.get("")
def list_reports(
    bucket: Reports,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    after: UUID | None = None,
) -> dict[str, Any]:
    """List report ids, `limit` at a time; `next` is the `after` of the following page."""
    start = f"reports/{after}.json" if after else ""
    keys = bucket.keys("reports/", after=start, limit=limit)
    ids = [key.removeprefix("reports/").removesuffix(".json") for key in keys]
    return {"reports": ids, "next": ids[-1] if len(ids) == limit else None}


@router.get("/{report_id}")
def get_report(report_id: UUID, bucket: Reports) -> dict[str, Any]:
    """Return a report, with what was counted in its CSV file once that is done."""
    report = _load(bucket, report_id)
    try:
        report["csv"] = bucket.get_json(f"results/uploads/{report_id}.csv.json")
    except FileNotFoundError:
        report["csv"] = None
    return report


@router.put("/{report_id}/csv", status_code=status.HTTP_202_ACCEPTED)
def upload_csv(
    report_id: UUID, body: Annotated[bytes, Depends(csv_body)], bucket: Reports
) -> dict[str, Any]:
    """Store the report's CSV file; its arrival starts the function that counts it."""
    _load(bucket, report_id)
    key = f"uploads/{report_id}.csv"
    bucket.put(key, body, "text/csv")
    return {"id": str(report_id), "bucket": bucket.name, "key": key, "size_bytes": len(body)}


def _load(bucket: Bucket, report_id: UUID) -> dict[str, Any]:
    try:
        report: dict[str, Any] = bucket.get_json(f"reports/{report_id}.json")
    except FileNotFoundError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no report {report_id}") from error
    return report
