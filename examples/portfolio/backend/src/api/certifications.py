"""/certifications: certifications and courses, read by everybody, written by the owner."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from src.dependencies import (
    OWNER_ONLY,
    Certifications,
    Identity,
    LastKey,
    Limit,
    ListedStatus,
    listed,
    within,
)
from src.models.certification import (
    Certification,
    CertificationType,
    CertificationUpdate,
    NewCertification,
)

router = APIRouter(prefix="/certifications", tags=["certifications"])


class CertificationList(BaseModel):
    """A page of certifications."""

    items: list[Certification]
    count: int
    lastEvaluatedKey: dict[str, str] | None  # noqa: N815 - the name in JSON


@router.get("", response_model=CertificationList)
def list_certifications(
    certifications: Certifications,
    status: ListedStatus,
    after: LastKey,
    limit: Limit = 20,
    cert_type: CertificationType | None = None,
    featured: bool | None = None,  # noqa: FBT001 - a query parameter
) -> dict[str, Any]:
    """Return certifications and then courses; what was earned last comes first."""
    groups = certifications.groups(status)
    if cert_type:
        groups = [certifications.group(status, {"type": cert_type})]
    key = within(after, *groups)
    return listed(certifications.page(status, limit, key, kind=cert_type, featured=featured))


@router.get("/{certification_id}", response_model=Certification)
def get_certification(certification_id: Identity, certifications: Certifications) -> dict[str, Any]:
    """Return a published certification."""
    return certifications.published(certification_id)


@router.post(
    "", response_model=Certification, status_code=HTTPStatus.CREATED, dependencies=OWNER_ONLY
)
def create_certification(given: NewCertification, certifications: Certifications) -> dict[str, Any]:
    """Keep a new draft."""
    return certifications.create(given.model_dump(mode="json"))


@router.put("/{certification_id}", response_model=Certification, dependencies=OWNER_ONLY)
def update_certification(
    certification_id: Identity, given: CertificationUpdate, certifications: Certifications
) -> dict[str, Any]:
    """Change what is given."""
    changes = given.model_dump(mode="json", exclude_none=True)
    return certifications.update(certification_id, changes)


@router.delete("/{certification_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=OWNER_ONLY)
def delete_certification(certification_id: Identity, certifications: Certifications) -> Response:
    """Delete a certification, published or not."""
    certifications.delete(certification_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{certification_id}/publish", response_model=Certification, dependencies=OWNER_ONLY)
def publish_certification(
    certification_id: Identity, certifications: Certifications
) -> dict[str, Any]:
    """Show a draft to everybody."""
    return certifications.publish(certification_id)


@router.post("/{certification_id}/unpublish", response_model=Certification, dependencies=OWNER_ONLY)
def unpublish_certification(
    certification_id: Identity, certifications: Certifications
) -> dict[str, Any]:
    """Make a draft of a certification again."""
    return certifications.unpublish(certification_id)
