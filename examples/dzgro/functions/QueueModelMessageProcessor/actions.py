"""What is done for each of the seven message models."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import httpx
import invoices
import sales
from dzgroshared import documents
from dzgroshared.models import (
    AmazoMarketplaceDailyReportQM,
    DailyReportByCountryQM,
    DzgroReportQM,
    GenerateInvoiceQM,
    InvoiceExpiredQM,
    InvoicePaidQM,
    OrderPaidQM,
    QueueModel,
)
from dzgroshared.storage import Bucket

Result = dict[str, Any]


@dataclass(frozen=True)
class Stores:
    """The buckets that actions write to, in one environment."""

    reports: Bucket
    amazon_reports: Bucket
    invoices: Bucket

    @classmethod
    def current(cls) -> Self:
        """Return the buckets of this call's environment."""
        return cls(
            reports=Bucket.of("dzgro-report-data"),
            amazon_reports=Bucket.of("dzgro-amz-report-data"),
            invoices=Bucket.of("dzgro-invoice"),
        )


def marketplace_report(message: AmazoMarketplaceDailyReportQM, stores: Stores) -> Result:
    """Store Amazon's document when the message says where it is."""
    result: Result = {"marketplace": message.marketplace, "day": message.day.isoformat()}
    if message.document_url is None:
        return {**result, "document": None}
    with httpx.Client(timeout=30) as client:
        body = documents.fetch(str(message.document_url), client)
    key = f"documents/{message.report_id}"
    stores.amazon_reports.put(key, body, "application/octet-stream")
    return {**result, "document": key, "size_bytes": len(body)}


def dzgro_report(message: DzgroReportQM, stores: Stores) -> Result:
    """Summarise a stored report's sales lines, as JSON and as a spreadsheet."""
    report = stores.reports.get_json(f"reports/{message.report_id}.json")
    summary = sales.summarise(report["lines"])
    key = f"summaries/{message.report_id}.xlsx"
    stores.reports.put(key, sales.spreadsheet(summary), sales.SPREADSHEET)
    return {"report_id": str(message.report_id), "spreadsheet": key, **sales.totals(summary)}


def report_by_country(message: DailyReportByCountryQM, _stores: Stores) -> Result:
    """Work out the last complete day in the country."""
    return {"country_code": message.country_code, **sales.last_complete_day(message.country_code)}


def generate_invoice(message: GenerateInvoiceQM, stores: Stores) -> Result:
    """Store the invoice's PDF."""
    key = f"invoices/{message.invoice_number}.pdf"
    stores.invoices.put(key, invoices.render(message), "application/pdf")
    return {
        "invoice_number": message.invoice_number,
        "pdf": key,
        "total": str(message.total),
        "total_in_words": invoices.in_words(message.total, message.currency),
    }


def record(status: str) -> Callable[[QueueModel, Stores], Result]:
    """Return an action that notes a validated event: the example has no database to update."""
    return lambda message, _stores: {"status": status, **message.model_dump(mode="json")}


Action = tuple[type[QueueModel], Callable[[Any, Stores], Result]]
CASES: list[Action] = [
    (AmazoMarketplaceDailyReportQM, marketplace_report),
    (DzgroReportQM, dzgro_report),
    (DailyReportByCountryQM, report_by_country),
    (OrderPaidQM, record("paid")),
    (InvoicePaidQM, record("paid")),
    (InvoiceExpiredQM, record("expired")),
    (GenerateInvoiceQM, generate_invoice),
]
ACTIONS: dict[str, Action] = {model.__name__: (model, act) for model, act in CASES}
"""Name of a model -> how its body is read, and what is then done."""
