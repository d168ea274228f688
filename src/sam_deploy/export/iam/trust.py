"""Who may take a role: GitHub's or GitLab's pipelines by their tokens, or CloudFormation. Pure.

Source: GitHub, "Configuring OpenID Connect in Amazon Web Services"; GitLab, "Configure OpenID
Connect in AWS"; IAM user guide, "Create a role for OpenID Connect federation".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sam_deploy.errors import ConfigError
from sam_deploy.export.iam.scope import Scope
from sam_deploy.export.iam.statements import VERSION, Document

Forge: TypeAlias = Literal["github", "gitlab"]

HOSTS: Final[Mapping[Forge, str]] = {
    "github": "token.actions.githubusercontent.com",
    "gitlab": "gitlab.com",
}
AUDIENCES: Final[Mapping[Forge, str]] = {
    "github": "sts.amazonaws.com",
    "gitlab": "https://gitlab.com",
}
"""For whom the token is made: what `export github-actions` and `export gitlab` ask for."""
_PROJECT: Final[Mapping[str, re.Pattern[str]]] = {
    # letters of a wildcard would let other repositories in
    "github": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+"),
    "gitlab": re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"),
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a forge whose pipelines take the role."""

    forge: Forge
    path: str
    """OWNER/REPOSITORY, or GROUP/PROJECT."""


def project_of(text: str) -> Project:
    """Return the project of a text such as `github:acme/orders`. Raises `ConfigError`."""
    name, _, path = text.partition(":")
    pattern = _PROJECT.get(name)
    if pattern is None or not pattern.fullmatch(path):
        raise ConfigError(
            f"`{text}` is no project that a role could trust",
            why="it must be one project by its whole name, without wildcards",
            hint="write `github:OWNER/REPOSITORY` or `gitlab:GROUP/PROJECT`",
        )
    return Project("github" if name == "github" else "gitlab", path)


def by_token(project: Project, scope: Scope, environments: Sequence[str], branch: str) -> Document:
    """Return the trust policy of a role that pipelines of one project take.

    On GitHub the token names the environment of the job, whose reviewers are asked first. GitLab's
    names the branch: the protected one, and `release/` for promotions by a release branch.
    """
    host = HOSTS[project.forge]
    subject = f"{host}:sub"
    if project.forge == "github":
        values = [f"repo:{project.path}:environment:{each}" for each in environments]
        of: Document = {"StringEquals": {subject: values}}
    else:
        ref = f"project_path:{project.path}:ref_type:branch:ref:"
        of = {"StringLike": {subject: [f"{ref}{branch}", f"{ref}release/*"]}}
    equals = {**of.pop("StringEquals", {}), f"{host}:aud": AUDIENCES[project.forge]}
    return _trust(
        {"Federated": f"arn:{scope.partition}:iam::{scope.account}:oidc-provider/{host}"},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": equals, **of},
    )


def by_cloudformation(scope: Scope) -> Document:
    """Return the trust policy of CloudFormation's own role, for stacks of this account alone."""
    stacks = sorted(
        scope.arn("cloudformation", f"stack/{each.stack_name}/*") for each in scope.sources
    )
    return _trust(
        {"Service": "cloudformation.amazonaws.com"},
        "sts:AssumeRole",
        {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnLike": {"aws:SourceArn": stacks},
        },
    )


def _trust(principal: Document, action: str, condition: Document) -> Document:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Condition": condition,
    }
    return {"Version": VERSION, "Statement": [statement]}
