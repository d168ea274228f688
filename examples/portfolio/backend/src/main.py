"""The application, and the handler that Lambda calls: `src.main.handler`."""

import logging

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse
from mangum import Mangum
from pydantic import BaseModel

from src.api import analytics, auth, blog, certifications, projects, visitors
from src.config import Settings, get_settings
from src.utils import errors

TITLE = "Portfolio API"
# Relative, because the API answers below a stage, and below none on its own domain.
OPENAPI = "openapi.json"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_SECONDS = 600


class Welcome(BaseModel):
    """What the API is; `docs` is where its documentation is, if it shows any."""

    message: str
    version: str
    docs: str | None


class Health(BaseModel):
    """The application answers."""

    status: str
    environment: str
    version: str


def make(settings: Settings) -> FastAPI:
    """Return the application. Documentation is shown in development only."""
    documented = settings.is_development
    app = FastAPI(
        title=TITLE,
        version=settings.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"/{OPENAPI}" if documented else None,
        servers=[{"url": "."}],
    )
    # API Gateway answers browsers on AWS. Here it is for everything else that runs the app.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=METHODS,
        allow_headers=["Content-Type", "Authorization"],
        allow_credentials=True,
        max_age=CORS_SECONDS,
    )
    errors.install(app)
    app.include_router(_standing(settings))
    for each in (auth, blog, projects, certifications, visitors, analytics):
        app.include_router(each.router)
    if documented:
        app.include_router(_documentation())
    return app


def _standing(settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def welcome() -> Welcome:
        docs = "/docs" if settings.is_development else None
        return Welcome(message=TITLE, version=settings.version, docs=docs)

    @router.get("/health")
    def health() -> Health:
        return Health(status="healthy", environment=settings.environment, version=settings.version)

    return router


def _documentation() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url=OPENAPI, title=TITLE)

    @router.get("/redoc")
    def redoc() -> HTMLResponse:
        return get_redoc_html(openapi_url=OPENAPI, title=TITLE)

    return router


def log_from(level: str) -> None:
    """Write log lines from this level on; those of libraries never below INFO.

    At DEBUG they write whole requests: the password of whoever signs in, tokens.
    """
    logging.getLogger().setLevel(level)
    if level == "DEBUG":
        for library in ("boto3", "botocore", "urllib3"):
            logging.getLogger(library).setLevel(logging.INFO)


log_from(get_settings().log_level)
app = make(get_settings())
# The path of a call to a stage begins with its name; on the API's own domain it does not.
handler = Mangum(app, lifespan="off", api_gateway_base_path=f"/{get_settings().environment}")
