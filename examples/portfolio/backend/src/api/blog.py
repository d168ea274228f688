"""/blogs: read by everybody, written by the owner."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from src.dependencies import (
    OWNER_ONLY,
    Blogs,
    Identity,
    LastKey,
    Limit,
    ListedStatus,
    listed,
    within,
)
from src.models.blog import Blog, BlogUpdate, CategoryCount, NewBlog

router = APIRouter(prefix="/blogs", tags=["blogs"])


class BlogList(BaseModel):
    """A page of posts."""

    items: list[Blog]
    count: int
    lastEvaluatedKey: dict[str, str] | None  # noqa: N815 - the name in JSON


class Categories(BaseModel):
    """The categories of what is published."""

    items: list[CategoryCount]
    count: int


@router.get("", response_model=BlogList)
def list_blogs(
    blogs: Blogs,
    status: ListedStatus,
    after: LastKey,
    limit: Limit = 20,
    category: Annotated[str | None, Query(max_length=100)] = None,
) -> dict[str, Any]:
    """Return posts, the newest first."""
    return listed(blogs.page(status, limit, within(after, *blogs.groups(status)), category))


@router.get("/categories/list")
def list_categories(blogs: Blogs) -> Categories:
    """Return the categories that have published posts, and how many."""
    items = [CategoryCount(name=name, count=count) for name, count in blogs.categories()]
    return Categories(items=items, count=len(items))


@router.get("/{blog_id}", response_model=Blog)
def get_blog(blog_id: Identity, blogs: Blogs) -> dict[str, Any]:
    """Return a published post."""
    return blogs.published(blog_id)


@router.post("", response_model=Blog, status_code=HTTPStatus.CREATED, dependencies=OWNER_ONLY)
def create_blog(given: NewBlog, blogs: Blogs) -> dict[str, Any]:
    """Keep a new draft."""
    return blogs.create(given.model_dump(mode="json"))


@router.put("/{blog_id}", response_model=Blog, dependencies=OWNER_ONLY)
def update_blog(blog_id: Identity, given: BlogUpdate, blogs: Blogs) -> dict[str, Any]:
    """Change what is given."""
    return blogs.update(blog_id, given.model_dump(mode="json", exclude_none=True))


@router.delete("/{blog_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=OWNER_ONLY)
def delete_blog(blog_id: Identity, blogs: Blogs) -> Response:
    """Delete a post, published or not."""
    blogs.delete(blog_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{blog_id}/publish", response_model=Blog, dependencies=OWNER_ONLY)
def publish_blog(blog_id: Identity, blogs: Blogs) -> dict[str, Any]:
    """Show a draft to everybody."""
    return blogs.publish(blog_id)


@router.post("/{blog_id}/unpublish", response_model=Blog, dependencies=OWNER_ONLY)
def unpublish_blog(blog_id: Identity, blogs: Blogs) -> dict[str, Any]:
    """Make a draft of a post again."""
    return blogs.unpublish(blog_id)
