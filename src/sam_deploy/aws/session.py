"""One SDK session, its clients, and the account they act for."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from sam_deploy.aws.credentials import Renewal
from sam_deploy.aws.errors import calling, explain_refusals, refusal_of
from sam_deploy.aws.recording import Recorder
from sam_deploy.aws.traces import trace
from sam_deploy.secrecy import quieten

if TYPE_CHECKING:
    from sam_deploy.aws.alias_values import Alias, AliasWrite

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

    aliases_by: Callable[[AliasWrite], Alias | None] | None = None
    """Writes aliases in the place of UpdateAlias; nothing for what it leaves to that."""

    def __init__(self, endpoint: Endpoint, recorder: Recorder | None = None) -> None:
        self.endpoint = endpoint
        self._recorder = recorder
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._session: Any = None
        self._caller: Caller | None = None
        self._renewal = Renewal(self._newest)

    def with_aliases_by(self, write: Callable[[AliasWrite], Alias | None]) -> Self:
        """Return the same, clients included, but aliases are written by somebody else."""
        other = copy.copy(self)
        other.aliases_by = write
        return other

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
        quieten()
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
        quieten()  # again: making a client has imported more of the SDK
        self._renewal.watch(client)
        explain_refusals(client, self._who, lambda: self._refused(region))
        if self._recorder is not None:
            self._recorder.watch(client)
        trace(client)
        return client

    def _new_session(self) -> Any:  # noqa: ANN401 - the SDK has no types
        import botocore.session  # noqa: PLC0415 - half a second that only AWS commands pay

        return botocore.session.Session(profile=self.endpoint.profile or None)

    def _newest(self) -> Any:  # noqa: ANN401 - the SDK has no types
        """Return the credentials that are found now; nothing where keys were given."""
        return None if self.endpoint.access_key else self._new_session().get_credentials()

    def _refused(self, region: str) -> Mapping[str, str]:
        """Return code and message with which STS refuses the credentials; empty when it does not.

        For a refusal that does not say why. Source: STS GetCallerIdentity, which needs no right.
        """
        return refusal_of(self.client("sts", region).get_caller_identity)

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
