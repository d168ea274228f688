"""/auth: sign in with the pool, and who one is."""

from typing import Annotated, Any

from botocore.exceptions import ClientError
from fastapi import APIRouter, Depends
from pydantic import BaseModel, EmailStr, Field

from src.dependencies import Caller, get_cognito, get_pool
from src.utils.auth import Pool, User
from src.utils.errors import (
    BadRequestError,
    ForbiddenError,
    UnauthorizedError,
    UnavailableError,
)

router = APIRouter(prefix="/auth", tags=["auth"])

WRONG = ("NotAuthorizedException", "UserNotFoundException")
"""Answered alike, so that nobody learns which addresses are known."""

Cognito = Annotated[Any, Depends(get_cognito)]
ThePool = Annotated[Pool, Depends(get_pool)]
Token = Annotated[str, Field(min_length=1, max_length=10_000)]


class Login(BaseModel):
    """E-mail and password."""

    email: EmailStr
    password: Annotated[str, Field(min_length=1, max_length=256)]


class RefreshToken(BaseModel):
    """A refresh token."""

    refresh_token: Token


class Tokens(BaseModel):
    """Tokens of the pool. The ID token is the one that this API takes."""

    access_token: str
    id_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind of the token
    expires_in: int


class LoggedOut(BaseModel):
    """The refresh token is worth nothing any more."""

    message: str = "Logged out"


@router.post("/login")
def login(given: Login, cognito: Cognito, pool: ThePool) -> Tokens:
    """Sign in. 401 for a wrong address or password, 403 when the password must be changed."""
    parameters = {"USERNAME": given.email, "PASSWORD": given.password}
    return _tokens(_asked(cognito, pool, "USER_PASSWORD_AUTH", parameters), "")


@router.post("/refresh")
def refresh(given: RefreshToken, cognito: Cognito, pool: ThePool) -> Tokens:
    """Return new tokens for a refresh token, which stays the same."""
    parameters = {"REFRESH_TOKEN": given.refresh_token}
    answer = _asked(cognito, pool, "REFRESH_TOKEN_AUTH", parameters)
    return _tokens(answer, given.refresh_token)


@router.post("/logout")
def logout(given: RefreshToken, _: Caller, cognito: Cognito, pool: ThePool) -> LoggedOut:
    """Revoke the refresh token and the access tokens that came of it.

    The ID token stays good until it expires: nobody can take that back.
    """
    try:
        cognito.revoke_token(Token=given.refresh_token, ClientId=pool.client_id)
    except ClientError as error:
        raise BadRequestError("The refresh token is not one of this pool") from error
    return LoggedOut()


@router.get("/me")
def me(user: Caller) -> User:
    """Return who calls."""
    return user


def _asked(cognito: Any, pool: Pool, flow: str, parameters: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    try:
        answer: dict[str, Any] = cognito.initiate_auth(
            ClientId=pool.client_id, AuthFlow=flow, AuthParameters=parameters
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in WRONG:
            raise UnauthorizedError("Wrong e-mail or password, or an expired token") from error
        if code in ("UserNotConfirmedException", "PasswordResetRequiredException"):
            raise ForbiddenError("The account is not ready: confirm it or reset it") from error
        if code == "InvalidParameterException":
            raise BadRequestError("Cognito does not take this") from error
        if code == "TooManyRequestsException":
            raise UnavailableError("Too many people sign in: try again in a moment") from error
        raise
    if "AuthenticationResult" not in answer:
        raise ForbiddenError(f"The account must answer {answer.get('ChallengeName')} first")
    return answer


def _tokens(answer: dict[str, Any], refresh_token: str) -> Tokens:
    result = answer["AuthenticationResult"]
    return Tokens(
        access_token=result["AccessToken"],
        id_token=result["IdToken"],
        refresh_token=result.get("RefreshToken", refresh_token),
        expires_in=result["ExpiresIn"],
    )
