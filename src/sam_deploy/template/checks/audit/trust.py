"""Rules on who may come in: trust of roles, policies of resources, permissions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sam_deploy.template.checks.audit.policies import (
    Statement,
    resource_statements,
    trust_statements,
)
from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import text
from sam_deploy.template.checks.audit.view import View

NARROWING: Final = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceip",
        "aws:vpcsourceip",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:userid",
        "kms:calleraccount",
        "kms:grantisforawsresource",
        "s3:dataaccesspointaccount",
        "sns:endpoint",
    }
)
"""Condition keys that say who is meant."""
EVERYWHERE: Final = {"*", "0.0.0.0/0", "::/0", "arn:*", "arn:aws:*"}
_ACCOUNT: Final = re.compile(r"^(?:arn:[^:]*:(?:iam|sts)::)?([0-9]{12})(?::.*)?$")
_OIDC: Final = "oidc-provider/"
TOPIC_POLICY: Final = "AWS::SNS::TopicPolicy"
"""EventBridge fulfils no condition in one. Source: EventBridge user guide, SNS permissions."""
_SOURCES: Final = ("SourceArn", "SourceAccount", "PrincipalOrgID")
_NO_SOURCE: Final = {"alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"}
"""Callers that prove themselves by a token instead of a source."""


def narrows(statement: Statement) -> bool:
    """Whether a condition says who is meant; a negation or `IfExists` does not."""
    for operator, key, values in statement.conditions():
        word = operator.lower()
        known = key in NARROWING or key.startswith("kms:encryptioncontext")
        positive = "not" not in word and not word.endswith("ifexists") and word != "null"
        if known and positive and values and not EVERYWHERE.intersection(values):
            return True
    return False


@rule(
    "public-principal",
    "error",
    why="everybody with an AWS account, or without one, could use it",
    fix="name accounts, or add a condition such as aws:SourceArn or aws:PrincipalOrgID",
)
def public_principal(view: View) -> Hits:
    """Yield statements, permissions and trust that let everybody in."""
    for statement in (*resource_statements(view), *trust_statements(view)):
        everybody = ("*", "*") in statement.principals() or "NotPrincipal" in statement.body
        if statement.allows and everybody and not narrows(statement):
            yield hit(statement.entry, statement.path, "allows everybody")
    for entry in view.of("AWS::Lambda::Permission"):
        # whom a function URL lets in is told by `function-url`, once
        by_url = entry.get("FunctionUrlAuthType") or entry.get("InvokedViaFunctionUrl")
        if entry.get("Principal") == "*" and not by_url and not any(map(entry.get, _SOURCES)):
            yield hit(entry, "Principal", "lets everybody call the function")
    for entry in view.of("AWS::Events::EventBusPolicy"):
        if entry.get("Principal") == "*" and entry.get("Condition") is None:
            yield hit(entry, "Principal", "lets everybody send events")


@rule(
    "confused-deputy",
    "warning",
    why="an AWS service acts for anybody: without a source, another account's resource can use it",
    fix="add SourceArn, and SourceAccount where the ARN names no account (S3)",
)
def confused_deputy(view: View) -> Hits:
    """Yield AWS services that may act on behalf of anybody."""
    for statement in resource_statements(view):
        services = [who for kind, who in statement.principals() if kind == "Service"]
        unable = services == ["events.amazonaws.com"] and statement.entry.kind == TOPIC_POLICY
        if statement.allows and services and not narrows(statement) and not unable:
            yield hit(statement.entry, statement.path, f"allows {services[0]} from any account")
    for entry in view.of("AWS::Lambda::Permission"):
        who = text(entry.get("Principal"))
        if not who.endswith((".amazonaws.com", ".amazon.com")) or who in _NO_SOURCE:
            continue
        sources = [key for key in _SOURCES if entry.get(key)]
        if not sources:
            yield hit(entry, "Principal", f"lets {who} call it for any account")
        elif who == "s3.amazonaws.com" and "SourceAccount" not in sources:
            yield hit(entry, "SourceArn", "names a bucket without its account")


@rule(
    "external-id",
    "warning",
    why="a service that works for many accounts can be talked into using the role for another one",
    fix="agree on an sts:ExternalId with who assumes the role, and demand it in a condition",
)
def external_id(view: View) -> Hits:
    """Yield roles that other accounts may assume without more."""
    for statement in trust_statements(view):
        accounts = [match for match in map(_account, statement.principals()) if match]
        keys = {key for _, key, _ in statement.conditions()}
        known = keys & {"sts:externalid", "aws:principalorgid", "aws:principalarn"}
        if statement.allows and accounts and not known:
            yield hit(statement.entry, statement.path, f"lets account {accounts[0]} assume it")


def _account(principal: tuple[str, str]) -> str:
    kind, who = principal
    match = _ACCOUNT.match(who) if kind == "AWS" else None
    return match[1] if match else ""


@rule(
    "federated-subject",
    "error",
    why="without a subject, every repository and every user of the identity provider may come in",
    fix="add a condition on the provider's `sub`, such as repo:owner/name:ref:refs/heads/main",
)
def federated_subject(view: View) -> Hits:
    """Yield roles that anybody whom an OpenID provider knows may assume."""
    for statement in trust_statements(view):
        federated = [who for kind, who in statement.principals() if kind == "Federated"]
        provider = next((who for who in federated if _OIDC in who), "")
        if statement.allows and provider and not any(_subjects(statement)):
            name = provider.rpartition(_OIDC)[2]
            yield hit(statement.entry, statement.path, f"lets everybody of {name} assume it")


def _subjects(statement: Statement) -> Iterator[bool]:
    for operator, key, values in statement.conditions():
        named = key.endswith((":sub", ":repository", ":job_workflow_ref"))
        yield named and "not" not in operator.lower() and "*" not in values


RULES: Final[tuple[Rule, ...]] = (
    public_principal,
    confused_deputy,
    external_id,
    federated_subject,
)
