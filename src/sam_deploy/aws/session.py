"""One SDK session, its clients, and the account they act for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.credentials import Renewal
from sam_deploy.aws.errors import calling, explain_refusals

ATTEMPTS: Final = 10
"""Tries of one call by the SDK (standard mode: transient faults and throttling only)."""
CONNECT_SECONDS: Final = 10
READ_SECONDS: Final = 60
POOL: Final = 25


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls go. `url` is empty for AWS itself, else it replaces every service's address."""

    target: str
    url: str = ""
    profile: str = ""
    access_key: str = ""
    secret_key: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the credentials belong to. Source: STS GetCallerIdentity."""

    account: str
    arn: str


class Aws:
    """Makes clients. Safe to use from several threads; clients are made once and kept."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._session: Any = None
        self._caller: Caller | None = None
        self._renewal = Renewal(self._new_session)

    def client(self, service: str, region: str, *, retries: bool = True) -> Any:  # noqa: ANN401 - the SDK has no types
        """Return the client of a service in a region.

        Without `retries` a call is made once: for calls that would act twice when the answer to
        the first one is lost. Whoever makes them reads back what came of it.
        """
        with self._lock:
            key = (service, region, retries)
            if key not in self._clients:
                self._clients[key] = self._make(service, region, retries=retries)
            return self._clients[key]

    def _make(self, service: str, region: str, *, retries: bool) -> Any:  # noqa: ANN401 - the SDK has no types
        import botocore.config  # noqa: PLC0415 - half a second that only AWS commands pay

        attempts = ATTEMPTS if retries else 1
        with calling(f"{service}:*", region):
            if self._session is None:
                self._session = self._new_session()
            client = self._session.create_client(
                service,
                region_name=region,
                endpoint_url=self.endpoint.url or None,
                aws_access_key_id=self.endpoint.access_key or None,
                aws_secret_access_key=self.endpoint.secret_key or None,
                config=botocore.config.Config(
                    retries={"mode": "standard", "total_max_attempts": attempts},
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    max_pool_connections=POOL,
                    s3={"addressing_style": "path" if self.endpoint.url else "auto"},
                    user_agent_extra="sam-deploy",
                ),
            )
        self._renewal.watch(client)
        explain_refusals(client, self._who)
        return client

    def _new_session(self) -> Any:  # noqa: ANN401 - the SDK has no types
        import botocore.session  # noqa: PLC0415 - half a second that only AWS commands pay

        return botocore.session.Session(profile=self.endpoint.profile or None)

    def _who(self) -> str:
        """Return whose credentials these are, as far as that is known without a call."""
        profile = f"profile `{self.endpoint.profile}`" if self.endpoint.profile else ""
        account = f"account {self._caller.account}" if self._caller else ""
        return ", ".join(part for part in (profile, account) if part)

    def address(self, region: str) -> str:
        """Return where calls really go, such as https://sts.eu-west-1.amazonaws.com."""
        return str(self.client("sts", region).meta.endpoint_url)

    def caller(self, region: str) -> Caller:
        """Return whom the credentials belong to. Source: STS GetCallerIdentity."""
        if self._caller is None:
            client = self.client("sts", region)
            with calling("sts:GetCallerIdentity", region):
                answer = client.get_caller_identity()
            self._caller = Caller(str(answer["Account"]), str(answer.get("Arn", "")))
        return self._caller

    def account(self, region: str) -> str:
        """Return the account id of the credentials."""
        return self.caller(region).account
