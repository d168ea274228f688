"""One SDK session, its clients, and the account they act for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import calling

ATTEMPTS: Final = 5
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


class Aws:
    """Makes clients. Safe to use from several threads; clients are made once and kept."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._session: Any = None
        self._account = ""

    def client(self, service: str, region: str, *, retries: bool = True) -> Any:  # noqa: ANN401 - the SDK has no types
        """Return the client of a service in a region.

        Without `retries` every call is made once, for those that do their work twice when they are
        repeated after a lost answer.
        """
        with self._lock:
            key = (service, region, retries)
            if key not in self._clients:
                self._clients[key] = self._make(service, region, ATTEMPTS if retries else 1)
            return self._clients[key]

    def _make(self, service: str, region: str, attempts: int) -> Any:  # noqa: ANN401 - the SDK has no types
        import botocore.config  # noqa: PLC0415 - half a second that only AWS commands pay
        import botocore.session  # noqa: PLC0415 - the same

        with calling(f"{service}:*", region):
            if self._session is None:
                self._session = botocore.session.Session(profile=self.endpoint.profile or None)
            return self._session.create_client(
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

    def address(self, region: str) -> str:
        """Return where calls really go, such as https://sts.eu-west-1.amazonaws.com."""
        return str(self.client("sts", region).meta.endpoint_url)

    def account(self, region: str) -> str:
        """Return the account id of the credentials. Source: STS GetCallerIdentity."""
        if not self._account:
            with calling("sts:GetCallerIdentity", region):
                answer = self.client("sts", region).get_caller_identity()
            self._account = str(answer["Account"])
        return self._account
