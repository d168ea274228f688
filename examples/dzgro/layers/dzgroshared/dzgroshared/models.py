"""The messages on dzgro's queues. A message's class is its attribute `model`, its body is JSON."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

CountryCode = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
MinorUnits = Annotated[int, Field(gt=0, description="paise, cents")]


class QueueModel(BaseModel):
    """A message: complete, nothing unknown in it, and not changed once made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AmazoMarketplaceDailyReportQM(QueueModel):
    """Fetch a marketplace's daily report. The class is spelt as its senders spell it."""

    report_id: UUID
    marketplace: CountryCode
    day: dt.date
    document_url: HttpUrl | None = None


class DzgroReportQM(QueueModel):
    """Summarise the sales lines of a stored report."""

    report_id: UUID


class DailyReportByCountryQM(QueueModel):
    """Work out which day is to be reported for a country."""

    country_code: CountryCode


class OrderPaidQM(QueueModel):
    """An order was paid."""

    order_id: Identifier
    amount: MinorUnits
    currency: Currency


class InvoicePaidQM(QueueModel):
    """An invoice was paid."""

    invoice_id: Identifier
    amount: MinorUnits
    currency: Currency
    paid_at: AwareDatetime


class InvoiceExpiredQM(QueueModel):
    """An invoice was not paid in time."""

    invoice_id: Identifier
    expired_at: AwareDatetime


class InvoiceLine(QueueModel):
    """One line of an invoice."""

    description: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    quantity: Annotated[int, Field(gt=0)]
    unit_price: Annotated[Decimal, Field(gt=0, decimal_places=2)]


class GenerateInvoiceQM(QueueModel):
    """Make the PDF of an invoice."""

    invoice_number: Identifier
    customer: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    currency: Currency = "INR"
    lines: Annotated[list[InvoiceLine], Field(min_length=1, max_length=30)]

    @property
    def total(self) -> Decimal:
        """The sum of all lines, in major units."""
        return sum((line.quantity * line.unit_price for line in self.lines), Decimal(0))
