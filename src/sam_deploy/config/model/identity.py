"""Who people are: Cognito user pools, their clients, groups and scopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import (
    AttributeName,
    Email,
    FileName,
    Matches,
    Name,
    NamePattern,
    Reasons,
)


@declaration
class ResourceServer(Declaration):
    """An OAuth resource server and its scopes, such as `read`."""

    identifier: Annotated[str, Matches(r"[\w.:/-]{1,256}", "no spaces")]
    scopes: Annotated[Sequence[str], Len(1)]


@declaration
class UserPoolClient(Declaration):
    """A client of a pool: a web client with paths below the environment's domain, or a plain one.

    With `callback_path` and `logout_path` it uses the OAuth code flow; without them it signs in
    by name and password only (`USER_SRP_AUTH`, `USER_PASSWORD_AUTH`). It has no secret.
    """

    callback_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")] | None = None
    logout_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")] | None = None
    name: Name | None = None
    """Needed when a pool has several clients."""
    scopes: Sequence[str] = ("email", "openid", "phone", "profile")
    access_token_minutes: Annotated[int, Interval(ge=5, le=1440)] = 60
    id_token_minutes: Annotated[int, Interval(ge=5, le=1440)] = 60
    refresh_token_days: Annotated[int, Interval(ge=1, le=3650)] = 30


@declaration
class PasswordPolicy(Declaration):
    """What a password needs. Every kind of character, unless told otherwise."""

    min_length: Annotated[int, Interval(ge=6, le=99)] = 12
    lowercase: bool = True
    uppercase: bool = True
    numbers: bool = True
    symbols: bool = True
    temporary_days: Annotated[int, Interval(ge=1, le=365)] = 7


@declaration
class Group(Declaration):
    """A group of users; its name is in their tokens."""

    name: Name
    description: str = ""
    precedence: Annotated[int, Interval(ge=0, le=2_147_483_647)] | None = None


@declaration
class UserPool(Declaration):
    """A Cognito user pool, once for every environment; people sign in with their e-mail."""

    name: Name
    feature_set: str | None = None
    clients: Sequence[UserPoolClient] = ()
    resource_servers: Sequence[ResourceServer] = ()
    groups: Sequence[Group] = ()
    email_from: Email | None = None
    """Sender of the pool's mails; its domain must be a verified SES identity of the region."""
    required_attributes: Sequence[str] = ("email", "name")
    optional_attributes: Sequence[str] = ()
    custom_attributes: Sequence[AttributeName] = ()
    """Names without `custom:`, which Cognito puts before them."""
    password: PasswordPolicy | None = None
    """AWS's strictest kinds and 12 characters when not given."""
    mfa: Literal["OFF", "OPTIONAL", "ON"] = "OPTIONAL"
    self_sign_up: bool = True
    """Whether people can register themselves; else only an administrator makes users."""
    domain_label: FileName | None = "auth"
    """Its sign-in pages, which clients with a `callback_path` have, answer as
    `{label}.{environment}.{domain}` once the certificate is issued; None for no such address."""
    physical_name: NamePattern | None = None
    existing_ids: Mapping[str, str] = field(default_factory=dict)
    """Environment -> id of a pool that another stack made; nothing of it is created or changed."""
    existing_client_ids: Mapping[str, str] = field(default_factory=dict)
    """Environment -> id of that pool's client, for authorizers."""
    waive: Reasons = field(default_factory=dict)
