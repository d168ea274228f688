from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from dzgroshared.provenance import Provenance
from dzgroshared.storage import Bucket

pd = pytest.importorskip("pandas")
for needed in ("reportlab", "num2words", "backoff", "openpyxl"):
    pytest.importorskip(needed)

Load = Callable[..., ModuleType]
REPORT = "6f1c2a44-7a53-4a7e-9d0c-2f3d5b8f9e10"
LINES = [
    {"sku": "tea", "units": 2, "amount": 10.5},
    {"sku": "cup", "units": 1, "amount": 99.0},
    {"sku": "tea", "units": 1, "amount": 4.5},
]
INVOICE = {
    "invoice_number": "INV-1",
    "customer": "Ännchen & Co",
    "lines": [{"description": "Tea", "quantity": 3, "unit_price": "411522.35"}],
}
PAID = {"amount": 100, "currency": "INR"}
MOMENT = "2026-01-01T00:00:00Z"


def message(model: str | None, body: dict[str, Any]) -> dict[str, Any]:
    attributes = {"model": {"stringValue": model, "dataType": "String"}} if model else {}
    return {"messageId": "m-1", "body": json.dumps(body), "messageAttributes": attributes}


@pytest.fixture
def handle(
    function: Load, bucket: Bucket, call: Provenance
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Handle a record with all buckets being one; return the result object."""
    handler = function("QueueModelMessageProcessor")
    stores = handler.Stores(bucket, bucket, bucket)

    def handle(record: dict[str, Any]) -> dict[str, Any]:
        handler.handle(record, stores, call)
        result: dict[str, Any] = bucket.get_json("results/m-1.json")
        return result

    return handle


Handle = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.parametrize(
    ("model", "body", "expected"),
    [
        ("OrderPaidQM", {"order_id": "o1", **PAID}, {"status": "paid", "order_id": "o1", **PAID}),
        (
            "InvoicePaidQM",
            {"invoice_id": "i1", **PAID, "paid_at": MOMENT},
            {"status": "paid", "invoice_id": "i1", **PAID, "paid_at": MOMENT},
        ),
        (
            "InvoiceExpiredQM",
            {"invoice_id": "i1", "expired_at": MOMENT},
            {"status": "expired", "invoice_id": "i1", "expired_at": MOMENT},
        ),
        (
            "AmazoMarketplaceDailyReportQM",
            {"report_id": REPORT, "marketplace": "IN", "day": "2026-01-01"},
            {"marketplace": "IN", "day": "2026-01-01", "document": None},
        ),
    ],
)
def test_each_model_has_its_result(
    handle: Handle, model: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    """The result says what came out, for which message, and who made it."""
    found = handle(message(model, body))

    assert expected == found["result"]
    assert ["m-1", model, "dev", "dev", "7"] == [
        found[key] for key in ("message_id", "model", "environment", "alias", "version")
    ]


def test_a_report_is_summed_by_product(
    handle: Handle, bucket: Bucket, objects: dict[str, bytes]
) -> None:
    """Units and amounts add up; the product that brought most is first, in the spreadsheet too."""
    bucket.put_json(f"reports/{REPORT}.json", {"lines": LINES})

    result = handle(message("DzgroReportQM", {"report_id": REPORT}))["result"]

    best = [
        {"sku": "cup", "units": 1, "amount": 99.0},
        {"sku": "tea", "units": 3, "amount": 15.0},
    ]
    assert {"products": 2, "units": 4, "amount": 114.0, "best": best} == {
        key: result[key] for key in ("products", "units", "amount", "best")
    }
    sheet = pd.read_excel(io.BytesIO(objects[result["spreadsheet"]]))
    assert best == sheet.to_dict(orient="records")


def test_a_report_without_lines_sums_up_to_nothing(handle: Handle, bucket: Bucket) -> None:
    """No sales is a result, not a failure."""
    bucket.put_json(f"reports/{REPORT}.json", {"lines": []})

    result = handle(message("DzgroReportQM", {"report_id": REPORT}))["result"]

    assert (0, 0, 0.0, []) == tuple(result[k] for k in ("products", "units", "amount", "best"))


@pytest.mark.parametrize(
    ("country", "now", "day", "start", "end"),
    [
        ("IN", "2026-01-01T18:29Z", "2025-12-31", "2025-12-30T18:30", "2025-12-31T18:30"),
        ("IN", "2026-01-01T18:31Z", "2026-01-01", "2025-12-31T18:30", "2026-01-01T18:30"),
        ("DE", "2026-03-30T10:00Z", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("US", "2026-11-02T10:00Z", "2026-11-01", "2026-11-01T07:00", "2026-11-02T08:00"),
    ],
)
def test_yesterday_is_the_countrys_own(
    function: Load, country: str, now: str, day: str, start: str, end: str
) -> None:
    """It turns at midnight there, and has 23 or 25 hours where clocks change."""
    sales = function("QueueModelMessageProcessor", "sales")

    found = sales.last_complete_day(country, pd.Timestamp(now))

    expected = (day, f"{start}:00+00:00", f"{end}:00+00:00")
    assert expected == (found["day"], found["from"], found["to"])


def test_an_invoice_is_a_pdf_with_its_amount_in_words(
    handle: Handle, objects: dict[str, bytes]
) -> None:
    """Money is added exactly, counted in lakh, and the same message gives the same bytes."""
    first = handle(message("GenerateInvoiceQM", INVOICE))["result"]
    page = objects["invoices/INV-1.pdf"]
    handle(message("GenerateInvoiceQM", INVOICE))

    assert ("1234567.05", "invoices/INV-1.pdf") == (first["total"], first["pdf"])
    words = "Twelve lakh, thirty-four thousand, five hundred and sixty-seven rupees, five paise"
    assert words == first["total_in_words"]
    assert page.startswith(b"%PDF-")
    assert page == objects["invoices/INV-1.pdf"]


def test_the_largest_amount_fits_the_page(function: Load) -> None:
    """Words that do not fit on a line go on in the next one; no one is cut off."""
    invoices = function("QueueModelMessageProcessor", "invoices")
    line = {"description": "x", "quantity": 1, "unit_price": Decimal("7777777777.77")}
    invoice = invoices.GenerateInvoiceQM.model_validate({**INVOICE, "lines": [line]})

    words = invoices.in_words(invoice.total, invoice.currency)

    rows = invoices.simpleSplit(words, *invoices.SMALL, invoices.RIGHT - invoices.LEFT)
    assert words == " ".join(rows)
    assert len(rows) > 1
    assert invoices.render(invoice).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("model", "body", "problem"),
    [
        (None, {}, "no such model: None"),
        ("NewModelQM", {}, "no such model: 'NewModelQM'"),
        ("OrderPaidQM", {"order_id": "../o", **PAID}, "order_id"),
        ("OrderPaidQM", {"order_id": "o1", **PAID, "more": 1}, "Extra inputs"),
        ("DailyReportByCountryQM", {"country_code": "ZZ"}, "no marketplace in ZZ"),
        ("DzgroReportQM", {"report_id": REPORT}, f"reports/{REPORT}.json"),
        (
            "AmazoMarketplaceDailyReportQM",
            {
                "report_id": REPORT,
                "marketplace": "IN",
                "day": "2026-01-01",
                "document_url": "https://169.254.169.254/latest",
            },
            "no address of Amazon's",
        ),
    ],
)
def test_a_message_that_cannot_be_handled_leaves_no_result(
    handle: Handle, objects: dict[str, bytes], model: str | None, body: dict[str, Any], problem: str
) -> None:
    """It raises, so that the message goes to the dead-letter queue; nothing looks done."""
    with pytest.raises((ValueError, FileNotFoundError), match=problem):
        handle(message(model, body))

    assert {} == objects
