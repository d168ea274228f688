"""HTTP in front of functions: routes, the HTTP API, the REST API, who may call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import HttpMethod, Matches, Name, NamePattern, Reasons, Region

WEB_ACL = r"arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/\S+"


@declaration
class Cors(Declaration):
    """Who may call from a browser. Empty origins: the environment's own web origins."""

    methods: Annotated[Sequence[HttpMethod], Len(1)]
    origins: Sequence[str] = ()
    headers: Sequence[str] = ("*",)
    max_age_seconds: Annotated[int, Interval(ge=0, le=86400)] = 300
    credentials: bool = False
    """Whether browsers may send cookies; not possible with the origin `*`."""


@declaration
class Throttle(Declaration):
    """How many requests are let through: `rate` per second on average, `burst` at once."""

    rate: Annotated[int, Interval(ge=1, le=10000)]
    burst: Annotated[int, Interval(ge=1, le=5000)]


@declaration
class Authorizer(Declaration):
    """Whose tokens are accepted: those of one of the app's pools, or of any OpenID issuer.

    Every environment takes the tokens of its own pool only. For that, an HTTP API whose stages
    would need several pools becomes one API per environment; a REST API stays one.
    """

    pool: Name | None = None
    """A user pool of the app; its clients are the audience."""
    issuer: Annotated[str, Matches(r"https://\S+", "an https address")] | None = None
    """The `iss` of the tokens, the same in every environment. HTTP APIs only."""
    audience: Sequence[str] = ()
    """Accepted `aud` or `client_id`. Of a pool all clients when not given. HTTP APIs only."""
    scopes: Sequence[str] = ()
    """Scopes that every route asks for, unless it names its own (access tokens only). One of
    them is enough."""


@declaration
class Route(Declaration):
    """A route of the app's API, answered by the function that lists it."""

    method: HttpMethod
    path: Annotated[str, Matches(r"/\S*", "a path that starts with /")]
    api: Literal["http", "rest"] | None = None
    """Which API, when the app has both; the HTTP API when not given."""
    public: bool = False
    """Whether it is open although the API has an authorizer."""
    scopes: Sequence[str] = ()
    """Scopes of which the token needs one; those of the authorizer when not given."""
    throttle: Throttle | None = None
    """Limits of this route alone, in every stage."""


@declaration
class Firewall(Declaration):
    """AWS WAF in front of an API's stages: web ACLs that exist, or one that the stack makes."""

    web_acls: Mapping[Region, Annotated[str, Matches(WEB_ACL, "the ARN of a regional web ACL")]] = (
        field(default_factory=dict)
    )
    """Region -> ARN of a regional web ACL to use instead of making one."""
    requests_per_5_minutes: Annotated[int, Interval(ge=10, le=2_000_000_000)] = 2000
    """Of one address; more are blocked."""
    managed_rules: Sequence[Annotated[str, Matches(r"[A-Za-z0-9_-]{1,128}", "a rule group")]] = (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    )
    """AWS's own rule groups, in their order."""


@declaration
class HttpApi(Declaration):
    """The app's HTTP API: one per region, one stage per environment."""

    feature_set: str | None = None
    cors: Cors | None = None
    description: str = ""
    authorizer: Authorizer | None = None
    throttle: Throttle | None = None
    """Limits of every stage; the account's limits when not given."""
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    """Environment -> limits of its stage, where they differ."""
    access_logs: bool = True
    health_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")] | None = None
    """Called after the first region was deployed, before the others: it must answer 2xx or 3xx."""
    custom_domain: bool = False
    """Whether it answers as `api.{environment}.{domain}`, once the certificate is issued."""
    firewall: Firewall | None = None
    """Always refused, with the ways out: AWS WAF cannot stand in front of an HTTP API."""
    physical_name: NamePattern | None = None
    waive: Reasons = field(default_factory=dict)
    """Rule name -> the reason why its finding does not apply here."""


@declaration
class RestApi(Declaration):
    """A REST API, for who has one: HTTP APIs are quicker and cheaper, but know no WAF."""

    feature_set: str | None = None
    cors: Cors | None = None
    """Answers browsers' questions (OPTIONS). What functions answer must carry the headers, too."""
    description: str = ""
    authorizer: Authorizer | None = None
    throttle: Throttle | None = None
    """Limits of every stage; the account's limits when not given."""
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    """Environment -> limits of its stage, where they differ."""
    access_logs: bool = False
    """Needs a CloudWatch role in the account's API Gateway settings."""
    tracing: bool = False
    """Whether X-Ray records requests."""
    health_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")] | None = None
    """Called after the first region was deployed, before the others: it must answer 2xx or 3xx."""
    custom_domain: bool = False
    """Whether it answers as `api.{environment}.{domain}`, once the certificate is issued."""
    endpoint: Literal["REGIONAL", "EDGE"] = "REGIONAL"
    """EDGE: through CloudFront; its certificate is one of us-east-1."""
    firewall: Firewall | None = None
    binary_media_types: Sequence[str] = ()
    """Bodies of these types reach functions in base64, and come back from it."""
    physical_name: NamePattern | None = None
    waive: Reasons = field(default_factory=dict)
