"""The deployed app that tests work with: its addresses, names, clients, events, mails and faults.

Everything goes by its name in `deploy.py`. Regions default to the app's home region, environments
to the first one. PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.testing.commands import ran

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from sam_deploy.cli.wiring import Place
    from sam_deploy.config import App
    from sam_deploy.local import Mail, RunningCloud
    from sam_deploy.testing.people import PoolPlace, SignedIn

T = TypeVar("T")
KEY: Final = "test"
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answered. `payload` is its JSON; `error` is None for a good call."""

    payload: Any
    error: str | None
    version: str
    log: str
    """The last 4 kB of its log."""


@dataclass(frozen=True)
class DeployedApp:
    """An app in an embedded cloud of its own. Made by the fixture `sam_deploy_app`."""

    project: Path
    cloud: RunningCloud
    variables: Mapping[str, str]
    """The environment of commands that work on this cloud."""
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def config(self) -> App:
        """The app as `deploy.py` declares it."""
        from sam_deploy import config  # noqa: PLC0415 - when a test wants it

        return config.load(self.project)

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL takes, without a slash at its end."""
        return self.cloud.endpoint

    @property
    def gateway(self) -> str:
        """The base URL of the gateway, without a slash at its end."""
        return self.cloud.gateway

    @property
    def home_region(self) -> str:
        """The region of everything for which no other one is named."""
        return str(self.config.home_region)

    @functools.cached_property
    def regions(self) -> tuple[str, ...]:
        """Every region of the app, the home region first."""
        from sam_deploy.watching.sources import regions_of  # noqa: PLC0415 - boto3

        return regions_of(self.config)

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment, the one that deployments move first."""
        names = [each.name for each in self.config.environments]
        return tuple(sorted(names, key=lambda name: name != self._first))

    def url(self, environment: str = "", region: str = "", api: str = "") -> str:
        """Return the base URL of an API's stage, without a slash at its end.

        `api`, `http` or `rest`, is for an app with both: else the HTTP API is meant. Raises
        `RefusedError` when no such API is deployed there.
        """
        from sam_deploy.cli.cloud.url_command import api_url  # noqa: PLC0415 - boto3

        where = self._environment(environment)
        return api_url(self.config, self._place, region or self.home_region, where, api)

    def client(self, service: str, region: str = "") -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a boto3 client of the app's cloud, made once for each service and region."""
        import boto3  # noqa: PLC0415 - when a test wants one
        from botocore.config import Config  # noqa: PLC0415 - the same

        where = region or self.home_region
        if (service, where) not in self._clients:
            config = Config(proxies={}, s3={"addressing_style": "path"})
            session = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key=KEY)
            self._clients[service, where] = session.client(
                service, region_name=where, endpoint_url=self.endpoint, config=config
            )
        return self._clients[service, where]

    def environ(self, region: str = "") -> dict[str, str]:
        """Return the AWS_ variables that lead any SDK to this cloud, such as for `setenv`."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_DEFAULT_REGION": region or self.home_region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def function_name(self, function: str, environment: str = "") -> str:
        """Return what Lambda calls a function. Its alias is the environment."""
        return self._aws_name("functions", function, environment)

    def bucket_name(self, bucket: str, environment: str = "", region: str = "") -> str:
        """Return what S3 calls a bucket in a region."""
        return self._aws_name("buckets", bucket, environment, region)

    def table_name(self, table: str, environment: str = "") -> str:
        """Return what DynamoDB calls a table."""
        from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

        declared = self._thing("tables", table)
        return physical.table_name(self.config, declared, self._environment(environment))

    def queue_name(self, queue: str, environment: str = "") -> str:
        """Return what SQS calls a queue."""
        return self._aws_name("queues", queue, environment)

    def queue_url(self, queue: str, environment: str = "", region: str = "") -> str:
        """Return a queue's URL. Raises `RefusedError` when it is not deployed there."""
        from sam_deploy.aws import Queues  # noqa: PLC0415 - boto3

        name, where = self.queue_name(queue, environment), region or self.home_region
        url = Queues(self._place.aws, where).url(name)
        if not url:
            raise RefusedError(
                f"Queue `{name}` is not deployed in `{where}`",
                why="SQS knows no queue of that name there",
                hint="name a region of its feature set, or an environment that has it",
            )
        return url

    def user_pool_id(self, pool: str, environment: str = "", region: str = "") -> str:
        """Return the id that AWS made up for a user pool.

        Raises `RefusedError` when it is not deployed there.
        """
        return self._pool(pool, environment, region).pool_id()

    def user_pool_client_id(
        self, pool: str, client: str = "", environment: str = "", region: str = ""
    ) -> str:
        """Return the id of a pool's client; of the one without a name when none is named."""
        return self._pool(pool, environment, region).client_id(client)

    def sign_in(
        self,
        pool: str,
        email: str = "somebody@example.com",
        environment: str = "",
        region: str = "",
        *,
        password: str = "",
        client: str = "",
        attributes: Mapping[str, str] | None = None,
    ) -> SignedIn:
        """Return somebody with tokens of a pool; its user is made when there is none.

        `attributes` are those that the pool requires beside `email` and `name`, or other values of
        these. Nobody signs up for it, and no mail is sent.
        """
        from sam_deploy.testing import people  # noqa: PLC0415 - costs pydantic and boto3

        place, secret = self._pool(pool, environment, region), password or people.PASSWORD
        return people.signed_in(self, place, email, secret, client, attributes or {})

    def set_setting(self, name: str, value: str, environment: str = "") -> None:
        """A setting or secret has this value, as `sam-deploy settings set` writes it.

        Functions that have read another one keep it for as long as they say, mostly 60 seconds.
        Raises `ConfigError` for a name that no function reads.
        """
        from sam_deploy.testing import values  # noqa: PLC0415 - costs pydantic

        where = self._environment(environment)
        values.set_value(self.config, self._place.aws, name, value, where)

    def invoke(
        self,
        function: str,
        event: object = None,
        environment: str = "",
        region: str = "",
    ) -> Answer:
        """Return what a function answers to an event, called through an environment's alias."""
        from sam_deploy.aws import Invocations  # noqa: PLC0415 - boto3

        name = f"{self.function_name(function, environment)}:{self._environment(environment)}"
        payload = json.dumps({} if event is None else event).encode()
        called = Invocations(self._place.aws, region or self.home_region).run(name, payload)
        return Answer(
            json.loads(called.payload or "null"), called.error or None, called.version, called.log
        )

    def mails(self, to: str = "") -> list[Mail]:
        """Return the mails that were sent, oldest first; those to one address, or all."""
        from sam_deploy import local  # noqa: PLC0415 - when a test wants them

        return [each for each in local.mails(self.cloud) if not to or to in each.recipients]

    def wait_for(self, ask: Callable[[], T], *, seconds: float = 30.0, what: str = "") -> T:
        """Return what `ask` returns once that is true. Raises TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:g} s in vain for {what or 'it'}")
            time.sleep(_POLL_SECONDS)
        return found

    @contextmanager
    def fault(self, *options: str) -> Iterator[None]:
        """A fault is in force during the block: the options are those of `cloud fault add`."""
        added = json.loads(self.run("cloud", "fault", "add", *options, "--json").stdout)
        try:
            yield
        finally:
            self.run("cloud", "fault", "remove", added["id"])

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `sam-deploy` on this app and cloud, without a terminal; return what it said.

        Raises CalledProcessError, with that, when it fails and `check` is true.
        """
        return ran(self.project, self.variables, arguments, check=check)

    @functools.cached_property
    def _place(self) -> Place:
        from sam_deploy.cli import wiring  # noqa: PLC0415 - boto3

        return wiring.embedded(self.cloud, self.config.runtime)

    @functools.cached_property
    def _first(self) -> str:
        from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - costs pydantic

        return first_environment(self.config)

    def _environment(self, name: str) -> str:
        if name and name not in self.environments:
            raise ConfigError(
                f"There is no environment `{name}`",
                why=f"`deploy.py` has {', '.join(self.environments)}",
                hint="choose one of these",
            )
        return name or self._first

    def _pool(self, name: str, environment: str, region: str) -> PoolPlace:
        from sam_deploy.testing import people  # noqa: PLC0415 - costs pydantic and boto3

        pool, where = self._thing("user_pools", name), self._environment(environment)
        return people.place_of(self.config, self._place.aws, pool, where, region)

    def _thing(self, family: str, name: str) -> Any:  # noqa: ANN401 - what `deploy.py` declares
        from sam_deploy.watching.sources import check_named  # noqa: PLC0415 - boto3

        things = {each.name: each for each in getattr(self.config, family)}
        check_named(family.removesuffix("s").replace("_", " "), [name], things)
        return things[name]

    def _aws_name(self, family: str, name: str, environment: str, region: str = "") -> str:
        from sam_deploy.cli.cloud import addressed  # noqa: PLC0415 - costs pydantic

        thing, where = self._thing(family, name), self._environment(environment)
        return addressed.aws_name(self.config, thing, where, region)
