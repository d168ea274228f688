"""The application API: FastAPI behind Mangum, the same process for every environment."""

from typing import Any

from api.app import create_app
from mangum import Mangum

APP = create_app()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Answer one request of the HTTP API (payload format 2.0).

    API Gateway puts a named stage before the path (/dev/api/health), a custom domain does not:
    Mangum takes the prefix away when it is there. It is made per call, because the stage is the
    call's; the application behind it is not.
    """
    stage = event["requestContext"].get("stage", "")
    mangum = Mangum(APP, lifespan="off", api_gateway_base_path=_prefix(event, stage))
    return mangum(event, context)


def _prefix(event: dict[str, Any], stage: str) -> str:
    """Return /stage when the path starts with it as a whole segment, else nothing to strip."""
    path = event["requestContext"]["http"]["path"]
    return f"/{stage}" if f"{path}/".startswith(f"/{stage}/") else "/"
