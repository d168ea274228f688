"""JSON with an ETag, and errors in their four parts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from sam_deploy.errors import SamDeployError
from sam_deploy.ui.ports import Json, error_object

if TYPE_CHECKING:
    from starlette.requests import Request

    from sam_deploy.ui.access import Refusal

STATUS: Final = {2: 400, 3: 500, 4: 500, 5: 409, 6: 403, 7: 409, 8: 503}
"""Exit code -> HTTP status."""
KIND: Final = "application/json"


def written(value: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def mark(value: object) -> str:
    """Return the ETag of a value: the same for the same content."""
    return f'"{hashlib.sha256(written(value)).hexdigest()[:32]}"'


def answer(value: object, status: int = 200) -> Response:
    """Return a value as an answer."""
    return Response(written(value), status_code=status, media_type=KIND)


def conditional(request: Request, value: Json, tag: str) -> Response:
    """Return a value, or 304 for who has it already (`If-None-Match`)."""
    given = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if tag in given or f"W/{tag}" in given:
        return Response(status_code=304, headers={"etag": tag})
    found = answer(value)
    found.headers["etag"] = tag
    return found


def failed(error: SamDeployError, status: int = 0) -> Response:
    """Return an error as an answer."""
    return answer({"error": parts_of(error)}, status or STATUS.get(error.exit_code, 500))


def parts_of(error: SamDeployError) -> Json:
    """Return an error as the contract has it; all mistakes are in `why`."""
    why = "\n".join(part for part in (error.why, *error.problems) if part)
    return error_object(error.what, why, error.state, error.hint)


def refused(against: Refusal) -> Response:
    """Return why a request is not answered."""
    error = error_object(against.what, against.why, "nothing was changed", against.hint)
    return answer({"error": error}, against.status)


def missing(what: str, why: str = "", hint: str = "") -> Response:
    """Return that there is no such thing."""
    return answer({"error": error_object(what, why, "", hint)}, 404)
