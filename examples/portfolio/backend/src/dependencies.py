"""What routes are given: settings, the table, the pool, and whoever calls."""

import json
import uuid
from functools import lru_cache
from typing import Annotated, Any

import boto3
from botocore.config import Config
from fastapi import Cookie, Depends, Path, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from src.config import Settings, get_settings
from src.models.blog import Status
from src.repositories.analytics import AnalyticsRepository
from src.repositories.base import KEY_ATTRIBUTES, PUBLISHED, Page, Table, shown
from src.repositories.blog import BlogRepository
from src.repositories.certification import CertificationRepository
from src.repositories.project import ProjectRepository
from src.repositories.visitor import VisitorRepository
from src.utils.auth import Pool, User, Verifier, require_owner
from src.utils.errors import BadRequestError, UnauthorizedError

SESSION_COOKIE = "session_id"
SESSION_SECONDS = 24 * 60 * 60
# API Gateway gives up after 30 s: better an answer of ours than none
CLIENT = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 3})

bearer = HTTPBearer(auto_error=False, description="The ID token of POST /auth/login")


@lru_cache
def get_table() -> Table:
    """Return the one table."""
    settings = get_settings()
    resource = boto3.resource(
        "dynamodb",
        region_name=settings.aws_region,
        endpoint_url=settings.dynamodb_endpoint,
        config=CLIENT,
    )
    return resource.Table(settings.dynamodb_table_name)


@lru_cache
def get_cognito() -> Any:  # noqa: ANN401 - boto3 makes its clients while it runs
    """Return the client of Cognito."""
    return boto3.client("cognito-idp", region_name=get_settings().aws_region, config=CLIENT)


def get_pool() -> Pool:
    """Return the user pool: the one that variables name, else the app's own.

    A hand-written template passes the ids as variables. `deploy.py` does not: the runtime module,
    which `sam-deploy` packs with the function, finds them for the environment of the call.
    """
    settings = get_settings()
    pool_id, client_id = settings.cognito_user_pool_id, settings.cognito_client_id
    if not pool_id:
        from sam_deploy_runtime import (  # noqa: PLC0415 - not there with a hand-written template
            user_pool_client_id,
            user_pool_id,
        )

        pool_id, client_id = user_pool_id("People"), user_pool_client_id("People")
    return Pool(settings.aws_region, pool_id, client_id, settings.cognito_endpoint)


@lru_cache
def _verifier(pool: Pool) -> Verifier:
    return Verifier(pool)


def get_verifier(pool: Annotated[Pool, Depends(get_pool)]) -> Verifier:
    """Return the verifier of the pool's tokens, which keeps the pool's keys."""
    return _verifier(pool)


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def current_user(
    credentials: Credentials, verifier: Annotated[Verifier, Depends(get_verifier)]
) -> User:
    """Return who calls. Raises UnauthorizedError."""
    if credentials is None:
        raise UnauthorizedError("A token is needed: Authorization: Bearer ...")
    return verifier.user(credentials.credentials)


def owner(user: Annotated[User, Depends(current_user)]) -> User:
    """Return the owner. Raises UnauthorizedError, ForbiddenError."""
    return require_owner(user)


def listed_status(
    credentials: Credentials,
    verifier: Annotated[Verifier, Depends(get_verifier)],
    status: Annotated[Status, Query(description="DRAFT needs the owner's token")] = PUBLISHED,
) -> str:
    """Return which status is listed; drafts are for the owner. Raises as `owner` does."""
    if status != PUBLISHED:
        require_owner(current_user(credentials, verifier))
    return status


def last_key(
    last_key: Annotated[
        str | None, Query(max_length=2000, description="`lastEvaluatedKey` of the page before")
    ] = None,
) -> dict[str, str] | None:
    """Return the key to continue from. Raises BadRequestError when it is none of ours."""
    if last_key is None:
        return None
    try:
        key = json.loads(last_key)
    except ValueError as error:
        raise BadRequestError("last_key is no JSON") from error
    if not (
        isinstance(key, dict)
        and set(key) == set(KEY_ATTRIBUTES)
        and all(isinstance(value, str) for value in key.values())
    ):
        raise BadRequestError("last_key is no key of a page before")
    return key


def within(after: dict[str, str] | None, *groups: str) -> dict[str, str] | None:
    """Return the key if it belongs to one of the lists. Raises BadRequestError."""
    if after is not None and after["GSI1PK"] not in groups:
        raise BadRequestError("last_key belongs to another list")
    return after


def listed(page: Page) -> dict[str, Any]:
    """Return a page as lists are answered."""
    items = [shown(item) for item in page.items]
    return {"items": items, "count": len(items), "lastEvaluatedKey": page.last_key}


def session(
    response: Response,
    settings: Annotated[Settings, Depends(get_settings)],
    session_id: Annotated[str | None, Cookie()] = None,
) -> str:
    """Return the visitor's session, a new one if there is none, and set its cookie."""
    try:
        known = str(uuid.UUID(session_id or ""))
    except ValueError:
        known = str(uuid.uuid4())
    response.set_cookie(
        SESSION_COOKIE,
        known,
        max_age=SESSION_SECONDS,
        httponly=True,
        secure=not settings.is_development,
        samesite="lax",
    )
    return known


def get_blogs() -> BlogRepository:
    """Return the posts."""
    return BlogRepository(get_table())


def get_projects() -> ProjectRepository:
    """Return the projects."""
    return ProjectRepository(get_table())


def get_certifications() -> CertificationRepository:
    """Return the certifications."""
    return CertificationRepository(get_table())


def get_visitors() -> VisitorRepository:
    """Return the visitors."""
    return VisitorRepository(get_table())


def get_analytics() -> AnalyticsRepository:
    """Return the views."""
    return AnalyticsRepository(get_table())


Blogs = Annotated[BlogRepository, Depends(get_blogs)]
Projects = Annotated[ProjectRepository, Depends(get_projects)]
Certifications = Annotated[CertificationRepository, Depends(get_certifications)]
Visitors = Annotated[VisitorRepository, Depends(get_visitors)]
Analytics = Annotated[AnalyticsRepository, Depends(get_analytics)]
Caller = Annotated[User, Depends(current_user)]
Session = Annotated[str, Depends(session)]
ListedStatus = Annotated[str, Depends(listed_status)]
LastKey = Annotated[dict[str, str] | None, Depends(last_key)]
Limit = Annotated[int, Query(ge=1, le=100)]
Identity = Annotated[str, Path(max_length=64, description="An id that the API gave")]
OWNER_ONLY = [Depends(owner)]
