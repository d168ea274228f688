"""/projects: read by everybody, written by the owner."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from src.dependencies import (
    OWNER_ONLY,
    Identity,
    LastKey,
    Limit,
    ListedStatus,
    Projects,
    listed,
    within,
)
from src.models.project import NewProject, Project, ProjectUpdate

router = APIRouter(prefix="/projects", tags=["projects"])


class ProjectList(BaseModel):
    """A page of projects."""

    items: list[Project]
    count: int
    lastEvaluatedKey: dict[str, str] | None  # noqa: N815 - the name in JSON


@router.get("", response_model=ProjectList)
def list_projects(
    projects: Projects,
    status: ListedStatus,
    after: LastKey,
    limit: Limit = 20,
    featured: bool | None = None,  # noqa: FBT001 - a query parameter
) -> dict[str, Any]:
    """Return projects, the newest first."""
    key = within(after, *projects.groups(status))
    return listed(projects.page(status, limit, key, featured=featured))


@router.get("/{project_id}", response_model=Project)
def get_project(project_id: Identity, projects: Projects) -> dict[str, Any]:
    """Return a published project."""
    return projects.published(project_id)


@router.post("", response_model=Project, status_code=HTTPStatus.CREATED, dependencies=OWNER_ONLY)
def create_project(given: NewProject, projects: Projects) -> dict[str, Any]:
    """Keep a new draft."""
    return projects.create(given.model_dump(mode="json"))


@router.put("/{project_id}", response_model=Project, dependencies=OWNER_ONLY)
def update_project(
    project_id: Identity, given: ProjectUpdate, projects: Projects
) -> dict[str, Any]:
    """Change what is given."""
    return projects.update(project_id, given.model_dump(mode="json", exclude_none=True))


@router.delete("/{project_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=OWNER_ONLY)
def delete_project(project_id: Identity, projects: Projects) -> Response:
    """Delete a project, published or not."""
    projects.delete(project_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{project_id}/publish", response_model=Project, dependencies=OWNER_ONLY)
def publish_project(project_id: Identity, projects: Projects) -> dict[str, Any]:
    """Show a draft to everybody."""
    return projects.publish(project_id)


@router.post("/{project_id}/unpublish", response_model=Project, dependencies=OWNER_ONLY)
def unpublish_project(project_id: Identity, projects: Projects) -> dict[str, Any]:
    """Make a draft of a project again."""
    return projects.unpublish(project_id)
