"""The FastAPI application, below /api on every stage."""

from fastapi import FastAPI

from api import health, reports


def create_app() -> FastAPI:
    """Return the application: one per process, the same for every environment."""
    # No docs pages: their links would have to know the stage that API Gateway puts before /api.
    app = FastAPI(title="dzgro", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.include_router(health.router, prefix="/api")
    app.include_router(reports.router, prefix="/api/reports")
    return app
