"""An account in memory with ACM, Route 53, Cognito and stacks, spoken to as botocore's clients are.

Every request is held to botocore's own model of the service. Time moves only when somebody waits.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from sam_deploy.aws import Endpoint
from sam_deploy.lanes import Stop

Json: TypeAlias = dict[str, Any]
DAY = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@functools.cache
def model(service: str) -> ServiceModel:
    """AWS's own description of a service."""
    return botocore.session.get_session().get_service_model(service)


def refusal(code: str, message: str = "as asked") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


class Time(Stop):
    """A clock that pauses move, and what happens at which second."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.pauses: list[float] = []
        self._then: list[tuple[float, Callable[[], object]]] = []

    def clock(self) -> float:
        """Seconds."""
        return self.now

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something so many seconds from now."""
        self._then.append((self.now + seconds, act))

    def pause(self, seconds: float) -> None:
        """Move on at once, and let happen what is due."""
        super().pause(0)
        self.pauses.append(seconds)
        self.now += seconds
        due = [each for each in self._then if each[0] <= self.now]
        self._then = [each for each in self._then if each[0] > self.now]
        for _, act in due:
            act()


@dataclass
class Account:
    """What is in the account. `calls` has (service, region, call, arguments) in order."""

    certificates: dict[str, Json] = field(default_factory=dict)
    zones: dict[str, Json] = field(default_factory=dict)
    records: dict[str, Json] = field(default_factory=dict)
    domains: dict[str, Json] = field(default_factory=dict)
    pools: dict[str, Json] = field(default_factory=dict)
    stacks: dict[tuple[str, str], str] = field(default_factory=dict)
    """(stack, logical id) -> physical id."""
    calls: list[tuple[str, str, str, Json]] = field(default_factory=list)
    issue_at_once: bool = False
    endpoint: Endpoint = field(default_factory=lambda: Endpoint("aws"))
    before: Callable[[str], object] = lambda _call: None
    """Called before each call with its name; may raise."""
    lost: set[str] = field(default_factory=set)
    """Calls that are carried out, but whose answer is lost."""

    def client(self, service: str, region: str) -> _Client:
        """Return a client, as a session does."""
        return _Client(self, service, region)

    def called(self, *names: str) -> list[Json]:
        """The arguments of calls with these names."""
        return [given for _, _, name, given in self.calls if name in names]

    def writes(self) -> list[str]:
        """The names of calls that change something."""
        reading = ("list_", "describe_", "get_")
        return [name for _, _, name, _ in self.calls if not name.startswith(reading)]

    def certificate(
        self,
        domain: str,
        status: str,
        region: str = "us-east-1",
        *,
        record: bool = True,
        **more: Any,
    ) -> str:
        """Put a certificate into the account; return its ARN."""
        arn = f"arn:aws:acm:{region}:123456789012:certificate/{len(self.certificates):03}"
        validation: Json = {"DomainName": domain, "ValidationMethod": "DNS"}
        if record:
            validation["ResourceRecord"] = {
                "Name": f"_1.{domain}.",
                "Type": "CNAME",
                "Value": "_2.acm-validations.aws.",
            }
        self.certificates[arn] = {
            "CertificateArn": arn,
            "DomainName": domain,
            "Status": status,
            "Type": "AMAZON_ISSUED",
            "CreatedAt": DAY,
            "DomainValidationOptions": [validation],
            **more,
        }
        return arn


class _Client:
    def __init__(self, account: Account, service: str, region: str) -> None:
        self._account, self._service, self._region = account, service, region

    def __getattr__(self, call: str) -> Callable[..., Json]:
        operation = "".join(part.title() for part in call.split("_"))

        def called(**given: Any) -> Json:
            shape = model(self._service).operation_model(operation).input_shape
            report = ParamValidator().validate(given, shape)
            assert not report.has_errors(), report.generate_report()
            self._account.calls.append((self._service, self._region, call, given))
            self._account.before(call)
            answer: Json = getattr(type(self), f"_{call}")(self, **given)
            if call in self._account.lost:
                raise EndpointConnectionError(endpoint_url="https://lost")
            return answer

        return called

    def _list_certificates(self, Includes: Json, NextToken: str = "0") -> Json:  # noqa: N803
        assert "EC_prime256v1" in Includes["keyTypes"]
        here = [
            {k: each[k] for k in each.keys() & {"CertificateArn", "DomainName", "Status"}}
            | {k: each[k] for k in each.keys() & {"Type", "CreatedAt", "InUse"}}
            for arn, each in self._account.certificates.items()
            if arn.split(":")[3] == self._region
        ]
        start = int(NextToken)
        more = {"NextToken": str(start + 2)} if len(here) > start + 2 else {}
        return {"CertificateSummaryList": here[start : start + 2], **more}

    def _describe_certificate(self, CertificateArn: str) -> Json:  # noqa: N803
        if CertificateArn not in self._account.certificates:
            raise refusal("ResourceNotFoundException")
        return {"Certificate": dict(self._account.certificates[CertificateArn])}

    def _request_certificate(self, **given: Any) -> Json:
        token = given["IdempotencyToken"]
        for arn, each in self._account.certificates.items():
            if each.get("token") == token and arn.split(":")[3] == self._region:
                return {"CertificateArn": arn}
        at_once = self._account.issue_at_once
        status = "ISSUED" if at_once else "PENDING_VALIDATION"
        arn = self._account.certificate(
            given["DomainName"], status, self._region, record=at_once, token=token
        )
        return {"CertificateArn": arn}

    def _get_hosted_zone(self, Id: str) -> Json:  # noqa: N803
        if Id not in self._account.zones:
            raise refusal("NoSuchHostedZone")
        return {"HostedZone": self._account.zones[Id]}

    def _change_resource_record_sets(self, HostedZoneId: str, ChangeBatch: Json) -> Json:  # noqa: N803
        assert HostedZoneId in self._account.zones
        for change in ChangeBatch["Changes"]:
            assert "UPSERT" == change["Action"]
            record = change["ResourceRecordSet"]
            self._account.records[record["Name"]] = record
        return {}

    def _describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> Json:  # noqa: N803
        found = self._account.stacks.get((StackName, LogicalResourceId))
        if found is None:
            raise refusal("ValidationError", f"Stack '{StackName}' does not exist")
        return {"StackResourceDetail": {"PhysicalResourceId": found}}

    def _describe_user_pool_domain(self, Domain: str) -> Json:  # noqa: N803
        return {"DomainDescription": dict(self._account.domains.get(Domain, {}))}

    def _describe_user_pool(self, UserPoolId: str) -> Json:  # noqa: N803
        if UserPoolId not in self._account.pools:
            raise refusal("ResourceNotFoundException")
        return {"UserPool": self._account.pools[UserPoolId]}

    def _create_user_pool_domain(self, **given: Any) -> Json:
        self._account.domains[given["Domain"]] = {
            **given,
            "Status": "CREATING",
            "CloudFrontDistribution": f"d-{given['Domain']}.cloudfront.net",
        }
        return {"CloudFrontDomain": "d"}

    def _update_user_pool_domain(self, **given: Any) -> Json:
        self._account.domains[given["Domain"]] |= {**given, "Status": "UPDATING"}
        return {"CloudFrontDomain": "d"}


@pytest.fixture
def account() -> Account:
    """An empty account."""
    return Account()


@pytest.fixture
def hours() -> Time:
    """A `Stop` whose pauses take no time, and the clock that they move."""
    return Time()


@pytest.fixture
def api_error() -> Callable[..., ClientError]:
    """Makes the error that botocore raises for an error code of AWS."""
    return refusal
