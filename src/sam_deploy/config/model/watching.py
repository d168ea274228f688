"""What is watched, and what functions are told: alarms, settings, secrets; and the CDN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import BucketName, Email, FileName, Matches, Reasons, SettingName


@declaration
class Alarms(Declaration):
    """When CloudWatch raises an alarm, in environments whose `alarms` are not off."""

    recipients: Sequence[Email] = ()
    """Get a mail for every alarm, once they have confirmed it to SNS."""
    errors: Annotated[int, Interval(ge=1, le=1_000_000)] = 5
    """Failed calls of a function in five minutes; strict: one in one minute is enough."""
    latency_percent_of_timeout: Annotated[int, Interval(ge=1, le=100)] = 80
    """Slowest calls (p99) that come this near to the function's timeout; strict only."""
    server_errors: Annotated[int, Interval(ge=1, le=1_000_000)] = 5
    """5xx answers of an API in five minutes; strict: one in one minute."""
    client_errors: Annotated[int, Interval(ge=1, le=1_000_000)] = 100
    """4xx answers of an API in five minutes; strict only."""
    dead_letters: Annotated[int, Interval(ge=1, le=1_000_000)] = 1
    """Messages waiting in a dead-letter queue."""
    table_throttles: Annotated[int, Interval(ge=1, le=1_000_000)] = 1
    """Throttled requests of a table in five minutes."""


@declaration
class Setting(Declaration):
    """A plain setting in Parameter Store, `/{app}/{environment}/{name}`; never a secret.

    With a `value` the stacks keep it, in every region of its feature set; without one
    `sam-deploy settings set` does.
    """

    name: SettingName
    value: str | Mapping[str, str] | None = None
    """One for all environments, or environment -> value; at most 8,192 bytes, never empty."""
    description: Annotated[str, Matches(r".{0,1024}", "at most 1024 characters")] = ""
    feature_set: str | None = None


@declaration
class Secret(Declaration):
    """A secret in Secrets Manager, `/{app}/{environment}/{name}`.

    `sam-deploy settings set NAME` gives it a value, which no template, archive or log ever holds.
    """

    name: SettingName
    description: Annotated[str, Matches(r".{0,1024}", "at most 1024 characters")] = ""
    generate: bool = False
    """Let Secrets Manager make up a value when the stack is created: 40 letters and digits, the
    same in every region of the feature set."""
    feature_set: str | None = None


@declaration
class Distribution(Declaration):
    """A CDN (CloudFront) in front of a private bucket of its own, once for every environment.

    It exists once for all regions, in the stack of its feature set's first region.
    """

    name: FileName
    bucket: BucketName
    """The assets bucket's name, before `-{environment}`; made with the distribution."""
    domain_label: FileName | None = None
    """It answers as `{label}.{environment}.{domain}`, once the certificate is issued."""
    default_root_object: str = ""
    price_class: Literal["PriceClass_All", "PriceClass_200", "PriceClass_100"] = "PriceClass_All"
    cors: bool = True
    """Whether pages of other origins may load the files in scripts, and fonts at all."""
    default_ttl_seconds: Annotated[int, Interval(ge=0, le=31_536_000)] = 86_400
    """How long a file is kept whose object does not say so itself (Cache-Control)."""
    max_ttl_seconds: Annotated[int, Interval(ge=0, le=31_536_000)] = 31_536_000
    web_acl: Annotated[
        str,
        Matches(
            r"arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/\S+",
            "the ARN of a web ACL of the scope CLOUDFRONT, which is in us-east-1",
        ),
    ] | (None) = None
    feature_set: str | None = None
    waive: Reasons = field(default_factory=dict)
