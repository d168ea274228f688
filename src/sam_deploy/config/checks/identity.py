"""Checks user pools: clients and groups that can be told apart, addresses that belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, UserPool, UserPoolClient
from sam_deploy.config.tree import Problem, entries, label, line_of, listed, texts

STANDARD_ATTRIBUTES: Final = frozenset(
    {
        "address",
        "birthdate",
        "email",
        "email_verified",
        "family_name",
        "gender",
        "given_name",
        "locale",
        "middle_name",
        "name",
        "nickname",
        "phone_number",
        "phone_number_verified",
        "picture",
        "preferred_username",
        "profile",
        "sub",
        "updated_at",
        "website",
        "zoneinfo",
    }
)
"""Source: Cognito developer guide, "Working with user attributes"."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in what a user pool has."""
    for path, pool in entries(app, "user_pools"):
        if not isinstance(pool, UserPool):
            continue
        yield from _clients(path, pool)
        yield from _twice(path, pool, "groups", "name")
        yield from _twice(path, pool, "resource_servers", "identifier")
        for argument in ("required_attributes", "optional_attributes"):
            for name in texts(getattr(pool, argument)):
                if name not in STANDARD_ATTRIBUTES:
                    message = f"{name!r} is no standard attribute; put it into `custom_attributes`"
                    yield Problem(f"{path}.{argument}", message, line_of(pool))
        required = texts(pool.required_attributes)
        for name in texts(pool.optional_attributes):
            if name in required:
                message = f"{name!r} is required already; leave it out here"
                yield Problem(f"{path}.optional_attributes", message, line_of(pool))


def _clients(path: str, pool: Declaration) -> Iterator[Problem]:
    clients = listed(pool, "clients")
    for number, client in enumerate(clients):
        if not isinstance(client, UserPoolClient):
            continue
        here = f"{path}.clients[{label(client, number)}]"
        if bool(client.callback_path) != bool(client.logout_path):
            message = "needs both `callback_path` and `logout_path`, or neither"
            yield Problem(here, message, line_of(client))
    yield from _twice(path, pool, "clients", "name")


def _twice(path: str, pool: Declaration, family: str, argument: str) -> Iterator[Problem]:
    """A name that two have; of clients, having none counts as a name, too."""
    names = [getattr(each, argument, None) for each in listed(pool, family)]
    counts = Counter(each for each in names if isinstance(each, (str, type(None))))
    for name, count in counts.items():
        if count > 1:
            message = f"{name!r} is there twice" if name else "has several without a name"
            yield Problem(f"{path}.{family}", message, line_of(pool))
