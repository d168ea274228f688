"""Errors as the API answers them: `{"error": ..., "status_code": ...}`, and nothing of the inside.

ApiError
├── BadRequestError       400
├── UnauthorizedError     401
├── ForbiddenError        403
├── NotFoundError         404
├── ConflictError         409
└── UnavailableError      503
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """Something that the caller is told; the message is for them."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequestError(ApiError):
    """The request makes no sense as it is."""

    status = HTTPStatus.BAD_REQUEST


class UnauthorizedError(ApiError):
    """No token, or one that is not good."""

    status = HTTPStatus.UNAUTHORIZED
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class ForbiddenError(ApiError):
    """A good token of somebody who may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ApiError):
    """There is no such thing, or none that the caller may see."""

    status = HTTPStatus.NOT_FOUND


class ConflictError(ApiError):
    """It is not in the state that the request presupposes."""

    status = HTTPStatus.CONFLICT


class UnavailableError(ApiError):
    """Something that the API needs does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def body(message: str, status: int, details: object = None) -> dict[str, object]:
    """Return the body of every error."""
    answer: dict[str, object] = {"error": message, "status_code": status}
    return answer if details is None else {**answer, "details": details}


def install(app: FastAPI) -> None:
    """Every error of `app` is answered in the one shape."""

    @app.exception_handler(ApiError)
    def _ours(_: Request, error: ApiError) -> JSONResponse:
        answer = body(error.message, error.status)
        return JSONResponse(answer, error.status, headers=dict(error.headers))

    @app.exception_handler(HTTPException)
    def _frameworks(_: Request, error: HTTPException) -> JSONResponse:
        answer = body(str(error.detail), error.status_code)
        return JSONResponse(answer, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # without `input`: it would send a password back
        details = [
            {"loc": each["loc"], "msg": each["msg"], "type": each["type"]}
            for each in error.errors()
        ]
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        answer = body("The request is not valid", status, jsonable_encoder(details))
        return JSONResponse(answer, status)

    @app.exception_handler(Exception)
    def _unknown(request: Request, error: Exception) -> JSONResponse:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return JSONResponse(body("Internal server error", status), status)
