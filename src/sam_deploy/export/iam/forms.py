"""A role with its policies as files: plain JSON, Terraform, or a CloudFormation template. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sam_deploy.export.iam.statements import Document
from sam_deploy.export.pipelines.model import PROMOTION_MINUTES
from sam_deploy.template.yaml_text import to_yaml

Form: TypeAlias = Literal["json", "terraform", "cloudformation"]
NAME_LONGEST: Final = 64
"""Characters of a role's name. Source: IAM API CreateRole."""
SESSION_SECONDS: Final = PROMOTION_MINUTES * 60
"""How long a pipeline's credentials may last; IAM's usual hour ends in the midst of a canary."""
_BY_PIPELINES: Final = ("deployer", "promoter")


@dataclass(frozen=True, slots=True)
class Written:
    """A role of an app, ready to be written."""

    app: str
    role: str
    words: str
    policies: tuple[Document, ...]
    trust: Document | None = None
    """Who may take it; nothing when the policies are for roles that are there already."""
    environment: str = ""
    """The one that it is for alone, if that was asked for."""

    @property
    def name(self) -> str:
        """Return what the role is called: orders-deployer, orders-deployer-dev."""
        parts = (self.app, self.role, self.environment)
        return "-".join(part for part in parts if part)[:NAME_LONGEST]

    @property
    def session_seconds(self) -> int:
        """Return how long a session of it may last; 0 for IAM's usual hour."""
        return SESSION_SECONDS if self.trust and self.role in _BY_PIPELINES else 0

    @property
    def named(self) -> Mapping[str, Document]:
        """Return the policies by name: orders-deployer-1."""
        return {f"{self.name}-{n}": each for n, each in enumerate(self.policies, 1)}


def document(written: Written) -> str:
    """Return everything as one JSON document."""
    trust: Document = {"trust": written.trust} if written.trust else {}
    if written.session_seconds:
        trust["max_session_duration"] = written.session_seconds
    return _json({"role": written.name, "policies": dict(written.named), **trust})


def files(written: Written, form: Form) -> Mapping[str, str]:
    """Return the files of a role by name."""
    match form:
        case "terraform":
            return {f"{written.name}.tf": "\n".join(_terraform(written))}
        case "cloudformation":
            return {f"{written.name}.yaml": to_yaml(_template(written))}
        case "json":
            made = {f"{name}.json": _json(each) for name, each in written.named.items()}
            trust = {f"{written.name}-trust.json": _json(written.trust)} if written.trust else {}
            return made | trust


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, indent=2) + "\n"


def _terraform(written: Written) -> Iterator[str]:
    """Yield native resources; documents as text, in which Terraform fills in nothing."""
    yield f"# Written by `sam-deploy export iam`: {written.words}.\n"
    key = written.name.replace("-", "_")
    labels = []
    for number, (name, each) in enumerate(written.named.items(), 1):
        labels.append(f"{key}_{number}")
        yield f'resource "aws_iam_policy" "{labels[-1]}" {{'
        yield f'  name = "{name}"\n'
        yield f"  policy = {_heredoc(each)}"
        yield "}\n"
    if written.trust is None:
        return
    yield f'resource "aws_iam_role" "{key}" {{'
    yield f'  name = "{written.name}"\n'
    if written.session_seconds:
        yield f"  max_session_duration = {written.session_seconds}\n"
    yield f"  assume_role_policy = {_heredoc(written.trust)}"
    yield "}\n"
    for label in labels:
        yield f'resource "aws_iam_role_policy_attachment" "{label}" {{'
        yield f"  role       = aws_iam_role.{key}.name"
        yield f"  policy_arn = aws_iam_policy.{label}.arn"
        yield "}\n"


def _heredoc(value: Document) -> str:
    text = json.dumps(value, indent=2).replace("${", "$${").replace("%{", "%%{")
    inner = "\n".join(f"    {line}" for line in text.splitlines())
    return f"<<-JSON\n{inner}\n  JSON"


def _template(written: Written) -> Document:
    """Return managed policies, and the role with them where somebody may take it."""
    resources: Document = {
        f"Policy{number}": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"ManagedPolicyName": name, "PolicyDocument": each},
        }
        for number, (name, each) in enumerate(written.named.items(), 1)
    }
    names = list(resources)
    if written.trust is not None:
        longest = written.session_seconds
        resources["Role"] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": written.name,
                **({"MaxSessionDuration": longest} if longest else {}),
                "AssumeRolePolicyDocument": written.trust,
                "ManagedPolicyArns": [{"Ref": each} for each in names],
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{written.name}: {written.words}",
        "Resources": resources,
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}
        if written.trust
        else {"Policies": {"Value": {"Fn::Join": [",", [{"Ref": each} for each in names]]}}},
    }
