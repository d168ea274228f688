"""Answers what it was built as, and what it was told."""

import json
import os
from typing import Any

import idna

BUILD = "one"


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the build, the greeting, the layer's version and the version that was called."""
    said = {
        "build": BUILD,
        "greeting": os.environ["GREETING"],
        "idna": idna.__version__,
        "version": context.function_version,
    }
    return {"statusCode": 200, "body": json.dumps(said)}
