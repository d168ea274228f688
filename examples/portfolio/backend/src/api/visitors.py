"""/visitors: counted by the site's pages, looked at by the owner."""

from typing import Annotated

from fastapi import APIRouter, Query

from src.dependencies import OWNER_ONLY, Session, Visitors
from src.models.visitor import Tracked, Trend, Trends, Visit, VisitorCount

router = APIRouter(prefix="/visitors", tags=["visitors"])


@router.post("/track")
def track_visitor(given: Visit, session: Session, visitors: Visitors) -> Tracked:
    """Count a visit, once per session and day."""
    return Tracked(tracked=visitors.track(session, given.page_path), sessionId=session)


@router.get("/count")
def count_visitors(visitors: Visitors) -> VisitorCount:
    """Return how many visitors came."""
    return VisitorCount(total=visitors.total(), today=visitors.today())


@router.get("/trends/daily", dependencies=OWNER_ONLY)
def daily_trends(visitors: Visitors, days: Annotated[int, Query(ge=1, le=365)] = 30) -> Trends:
    """Return the visitors of each of the last days."""
    return _trends(visitors.daily(days))


@router.get("/trends/monthly", dependencies=OWNER_ONLY)
def monthly_trends(visitors: Visitors, months: Annotated[int, Query(ge=1, le=24)] = 6) -> Trends:
    """Return the visitors of each of the last months."""
    return _trends(visitors.monthly(months))


def _trends(counts: list[tuple[str, int]]) -> Trends:
    items = [Trend(period=period, visitors=count) for period, count in counts]
    return Trends(items=items, total=sum(each.visitors for each in items))
