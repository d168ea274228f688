"""An invoice on paper: one A4 page, with the amount in words."""

import io
from decimal import Decimal

from dzgroshared.models import GenerateInvoiceQM
from num2words import num2words
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

LEFT, MIDDLE, RIGHT = 20 * mm, 120 * mm, 190 * mm
LINE: float = 7 * mm
SMALL = ("Helvetica", 9)


def in_words(amount: Decimal, currency: str) -> str:
    """Return an amount as cheques have it, in the Indian way of counting: lakh and crore."""
    words = num2words(amount, lang="en_IN", to="currency", currency=currency)
    return str(words).capitalize()


def render(invoice: GenerateInvoiceQM) -> bytes:
    """Return the invoice as a PDF: the same bytes every time, so that a repeat changes nothing."""
    file = io.BytesIO()
    page = Canvas(file, pagesize=A4, invariant=1)
    page.setTitle(f"Invoice {invoice.invoice_number}")
    page.setFont("Helvetica-Bold", 16)
    page.drawString(LEFT, 270 * mm, f"Invoice {invoice.invoice_number}")
    page.setFont("Helvetica", 10)
    page.drawString(LEFT, 260 * mm, invoice.customer)
    bottom = _lines(page, invoice, 245 * mm)
    page.setFont("Helvetica-Bold", 10)
    page.drawString(LEFT, bottom, "Total")
    page.drawRightString(RIGHT, bottom, f"{invoice.currency} {invoice.total:,.2f}")
    page.setFont(*SMALL)
    words = in_words(invoice.total, invoice.currency)
    for row, text in enumerate(simpleSplit(words, *SMALL, RIGHT - LEFT), start=1):
        page.drawString(LEFT, bottom - row * LINE, text)
    page.save()
    return file.getvalue()


def _lines(page: Canvas, invoice: GenerateInvoiceQM, top: float) -> float:
    """Draw the lines from `top` downwards; return where the next one would be."""
    height = top
    for line in invoice.lines:
        page.drawString(LEFT, height, line.description)
        page.drawRightString(MIDDLE, height, f"{line.quantity} x {line.unit_price:,.2f}")
        page.drawRightString(RIGHT, height, f"{line.quantity * line.unit_price:,.2f}")
        height -= LINE
    return height - LINE / 2
