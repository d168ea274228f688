"""Says hello, and which version says it."""

from typing import Any

from greetings import GREETING


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    return {"statusCode": 200, "body": f"{GREETING} {context.function_version}"}
