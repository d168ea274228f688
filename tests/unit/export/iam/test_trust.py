"""Who may take a role: one project's pipelines, for some environments."""

from __future__ import annotations

import json

import pytest
from tests.unit.export.iam.evaluation import Request, allowed

from sam_deploy.errors import ConfigError
from sam_deploy.export.iam import (
    Scope,
    Written,
    by_cloudformation,
    by_token,
    document,
    files,
    project_of,
)

SCOPE = Scope("orders", "123456789012", "aws", "eu-west-1", ("eu-west-1",), ())
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
TAKE = "sts:AssumeRoleWithWebIdentity"


def lets_in(text: str, subject: str, audience: str, host: str) -> bool:
    """Whether a token with these claims takes the role of staging and prod."""
    trust = by_token(project_of(text), SCOPE, ("staging", "prod"), "main")
    (statement,) = trust["Statement"]
    assert f"arn:aws:iam::123456789012:oidc-provider/{host}" == statement["Principal"]["Federated"]
    policy = {"Statement": [{**statement, "Resource": "*"}]}
    claims = {f"{host}:sub": subject, f"{host}:aud": audience}
    return allowed([policy], Request(TAKE, "role", claims))


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ("repo:acme/orders:environment:prod", True),
        ("repo:acme/orders:environment:staging", True),
        ("repo:acme/orders:environment:dev", False),
        ("repo:acme/orders:ref:refs/heads/main", False),
        ("repo:acme/orders:pull_request", False),
        ("repo:acme/orders-fork:environment:prod", False),
        ("repo:other/orders:environment:prod", False),
    ],
)
def test_github_takes_it_from_a_job_of_an_environment(subject: str, *, fits: bool) -> None:
    """No branch, pull request, fork or other repository does."""
    assert fits == lets_in("github:acme/orders", subject, "sts.amazonaws.com", GITHUB)
    assert not lets_in("github:acme/orders", subject, "https://elsewhere.example", GITHUB)


@pytest.mark.parametrize(
    ("ref", "fits"),
    [("main", True), ("release/7", True), ("feature/main", False), ("mainly", False)],
)
def test_gitlab_takes_it_from_protected_branches(ref: str, *, fits: bool) -> None:
    """The main branch and release branches, as the pipeline that is written has them."""
    subject = f"project_path:acme/shop/orders:ref_type:branch:ref:{ref}"
    assert fits == lets_in("gitlab:acme/shop/orders", subject, "https://gitlab.com", GITLAB)


@pytest.mark.parametrize(
    "text",
    ["github:acme/*", "github:acme", "gitlab:*", "bitbucket:a/b", "acme/orders", "github:a/b/c"],
)
def test_a_project_is_named_whole(text: str) -> None:
    """A wildcard would let others in, and a typo nobody."""
    with pytest.raises(ConfigError, match="no project"):
        project_of(text)


@pytest.mark.parametrize(
    ("role", "lasts"), [("deployer", True), ("promoter", True), ("reader", False)]
)
def test_sessions_of_pipelines_last_as_long_as_a_promotion(role: str, *, lasts: bool) -> None:
    """Where the role is written: IAM's usual hour ends in the midst of a canary."""
    trust = by_token(project_of("github:acme/orders"), SCOPE, ("prod",), "main")
    written = Written("orders", role, "a role", ({"Statement": []},), trust)
    found = {
        "cloudformation": "MaxSessionDuration: 21600",
        "terraform": "max_session_duration = 21600",
    }
    for form, words in found.items():
        (text,) = files(written, "terraform" if form == "terraform" else "cloudformation").values()
        assert lasts == (words in text)
    assert (21600 if lasts else None) == json.loads(document(written)).get("max_session_duration")
    alone = Written("orders", role, "a role", ({"Statement": []},))
    assert "max_session_duration" not in document(alone)


def test_cloudformation_takes_it_for_its_own_account() -> None:
    """Not when another account's stack names the role."""
    (statement,) = by_cloudformation(SCOPE)["Statement"]
    assert {"Service": "cloudformation.amazonaws.com"} == statement["Principal"]
    assert {"aws:SourceAccount": "123456789012"} == statement["Condition"]["StringEquals"]
