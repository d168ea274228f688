"""Views of what is published."""

from typing import Literal

from pydantic import BaseModel

from src.models.blog import Status

ContentType = Literal["blog", "project", "certification"]


class Views(BaseModel):
    """How often something was viewed."""

    contentType: ContentType  # noqa: N815 - the name in JSON
    contentId: str  # noqa: N815 - the same
    views: int


class TotalViews(BaseModel):
    """All views of everything."""

    totalViews: int  # noqa: N815 - the name in JSON


class TopContent(Views):
    """Something that is viewed often; the title is empty once it is deleted."""

    title: str


class TopContentList(BaseModel):
    """The most viewed first."""

    items: list[TopContent]


class PageViews(BaseModel):
    """A page of the site and how often it was opened."""

    path: str
    views: int


class PageList(BaseModel):
    """The most viewed first."""

    items: list[PageViews]


class Overview(BaseModel):
    """Everything at a glance."""

    totalViews: int  # noqa: N815 - the name in JSON
    totalVisitors: int  # noqa: N815 - the same
    visitorsToday: int  # noqa: N815 - the same
    published: dict[ContentType, int]
    topContent: list[TopContent]  # noqa: N815 - the same


class BlogStats(BaseModel):
    """A post and how it is read."""

    id: str
    title: str
    status: Status
    category: str
    readTime: int  # noqa: N815 - the name in JSON
    publishedAt: str | None  # noqa: N815 - the same
    views: int
