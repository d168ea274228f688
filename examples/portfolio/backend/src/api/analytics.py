"""/analytics: views of what is published, counted by the pages, looked at by the owner."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from src.dependencies import (
    OWNER_ONLY,
    Analytics,
    Blogs,
    Certifications,
    Identity,
    Projects,
    Session,
    Visitors,
)
from src.models.analytics import (
    BlogStats,
    ContentType,
    Overview,
    PageList,
    PageViews,
    TopContent,
    TopContentList,
    TotalViews,
    Views,
)
from src.models.visitor import Tracked
from src.repositories.analytics import AnalyticsRepository
from src.repositories.base import ContentRepository

router = APIRouter(prefix="/analytics", tags=["analytics"])

MOST_PAGES = 100


def get_contents(
    blogs: Blogs, projects: Projects, certifications: Certifications
) -> Mapping[ContentType, ContentRepository]:
    """Return what can be viewed, by its type."""
    return {"blog": blogs, "project": projects, "certification": certifications}


Contents = Annotated[Mapping[ContentType, ContentRepository], Depends(get_contents)]


@router.post("/track/{content_type}/{content_id}")
def track_view(
    content_type: ContentType,
    content_id: Identity,
    session: Session,
    contents: Contents,
    analytics: Analytics,
) -> Tracked:
    """Count a view of something published, once per session and 24 hours."""
    contents[content_type].published(content_id)
    counted = analytics.track(content_type, content_id, session)
    return Tracked(tracked=counted, sessionId=session)


@router.get("/views/total")
def total_views(analytics: Analytics) -> TotalViews:
    """Return how often anything was viewed."""
    return TotalViews(totalViews=analytics.total())


@router.get("/views/{content_type}/{content_id}")
def content_views(content_type: ContentType, content_id: Identity, analytics: Analytics) -> Views:
    """Return how often something was viewed."""
    views = analytics.views(content_type, content_id)
    return Views(contentType=content_type, contentId=content_id, views=views)


@router.get("/top-content", dependencies=OWNER_ONLY)
def top_content(
    analytics: Analytics, contents: Contents, limit: Annotated[int, Query(ge=1, le=20)] = 5
) -> TopContentList:
    """Return what is viewed most."""
    return TopContentList(items=_top(analytics, contents, limit))


@router.get("/overview", dependencies=OWNER_ONLY)
def overview(analytics: Analytics, visitors: Visitors, contents: Contents) -> Overview:
    """Return everything at a glance."""
    return Overview(
        totalViews=analytics.total(),
        totalVisitors=visitors.total(),
        visitorsToday=visitors.today(),
        published={name: each.published_count() for name, each in contents.items()},
        topContent=_top(analytics, contents, 5),
    )


@router.get("/pages", dependencies=OWNER_ONLY)
def pages(visitors: Visitors) -> PageList:
    """Return the pages that are opened most."""
    counts = visitors.pages(MOST_PAGES)
    return PageList(items=[PageViews(path=path, views=views) for path, views in counts])


@router.get("/blog/{blog_id}/stats", dependencies=OWNER_ONLY)
def blog_stats(blog_id: Identity, blogs: Blogs, analytics: Analytics) -> BlogStats:
    """Return how a post is read; a draft has its views of before."""
    post = blogs.draft_or_published(blog_id)
    return BlogStats.model_validate({**post, "views": analytics.views("blog", blog_id)})


def _top(
    analytics: AnalyticsRepository, contents: Mapping[ContentType, ContentRepository], limit: int
) -> list[TopContent]:
    top = analytics.top(limit)
    titles = {
        (name, content_id): title
        for name, repository in contents.items()
        for content_id, title in repository.titles(
            [each.content_id for each in top if each.content_type == name]
        ).items()
    }
    return [
        TopContent(
            contentType=each.content_type,
            contentId=each.content_id,
            views=each.views,
            title=titles.get((each.content_type, each.content_id), ""),
        )
        for each in top
    ]
