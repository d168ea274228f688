"""Visitors: how many came, on which days."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Visit(BaseModel):
    """A page that somebody opened."""

    model_config = ConfigDict(extra="forbid")

    page_path: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^/")] = "/"
    referrer: Annotated[str, Field(max_length=2000)] = ""


class Tracked(BaseModel):
    """Whether the visit, or the view, was counted: once per session and day."""

    tracked: bool
    sessionId: str  # noqa: N815 - the name in JSON


class VisitorCount(BaseModel):
    """All visitors so far, and those of today (UTC)."""

    total: int
    today: int


class Trend(BaseModel):
    """Visitors of a day (`2026-11-29`) or a month (`2026-11`)."""

    period: str
    visitors: int


class Trends(BaseModel):
    """Periods in their order, those without a visitor too."""

    items: list[Trend]
    total: int
