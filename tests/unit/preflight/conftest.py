"""An account that answers as a test says and counts its calls, and facts about a deployment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy.aws import Endpoint, Stack
from sam_deploy.deploy.engine import Options
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.survey import Live, Survey
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork, Manifest, Outside
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Needs
from sam_deploy.provide.model import Archive
from sam_deploy.template import Origin, Template

ACCOUNT = "123456789012"
REGION = "eu-west-1"


def refusal(code: str, message: str = "as asked") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


@dataclass
class _Account:
    """Answers calls like botocore's clients; what no test has set is not there.

    `answers` maps a method, or (method, one of its arguments), to an answer or an error.
    """

    answers: dict[Any, Any] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(region, method, arguments)."""
    endpoint: Endpoint = field(default_factory=lambda: Endpoint("aws"))
    missing: str = "ResourceNotFoundException"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, region: str) -> _Client:
        """A client of any service."""
        del service
        return _Client(self, region)

    @property
    def counts(self) -> dict[str, int]:
        """Method -> how often it was called."""
        names = [name for _, name, _ in self.calls]
        return {name: names.count(name) for name in names}


class _Meta:
    partition = "aws"


class _Client:
    meta = _Meta()

    def __init__(self, account: _Account, region: str) -> None:
        self._account, self._region = account, region

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def called(**given: Any) -> Any:
            account = self._account
            with account.lock:
                account.calls.append((self._region, method, given))
            keys = [(method, v) for v in given.values() if isinstance(v, str)]
            found = next(
                (account.answers[k] for k in (*keys, method) if k in account.answers), None
            )
            if found is None:
                raise refusal(account.missing)
            if isinstance(found, Exception):
                raise found
            return found(**given) if callable(found) else found

        return called


Resources = Mapping[str, Mapping[str, Any]]


def body(resources: Resources, **sections: Any) -> str:
    return json.dumps({"Resources": resources, **sections})


@pytest.fixture
def account() -> _Account:
    """An empty AWS account."""
    return _Account()


@pytest.fixture
def refuse() -> Callable[..., ClientError]:
    """Makes the error that botocore raises for an error code of AWS."""
    return refusal


@pytest.fixture
def make_facts(account: _Account) -> Callable[..., Facts]:
    """Returns a maker of facts: the resources of `shop` as they are to be, and as they stand."""

    def make(
        after: Resources,
        before: Resources | None = None,
        *,
        regions: tuple[str, ...] = (REGION,),
        status: str = "UPDATE_COMPLETE",
        stands: Mapping[str, str] | None = None,
        outside: Outside | None = None,
        targets: tuple[str, ...] = (),
        archives: tuple[tuple[str, int], ...] = (),
        origins: Mapping[str, Origin] | None = None,
        functions: tuple[str, ...] = (),
        parameters: tuple[str, ...] = (),
        **sections: Any,
    ) -> Facts:
        text = body(after, **sections)
        template = Template("shop", text, parameters, {}, 1, (), origins or {})
        stack = StackPlan("shop", "core", regions, ("dev", "prod"))
        live = Live()
        if before is not None:
            there = Stack("shop", status, "", {}, stands or {})
            live = Live(there, text if before is after else body(before, **sections))
        held = tuple(Archive(k, k, k, k, size, k) for k, size in archives)
        manifest = Manifest(
            name="shop",
            home_region=REGION,
            environment="dev",
            stacks=(stack,),
            templates={"shop": template},
            needs=Needs("shop", REGION, regions, held, ()),
            functions=tuple(FunctionWork("shop", each, each, "") for each in functions),
            predecessors={"dev": None, "prod": "dev"},
            targets=targets,
            outside=outside or Outside(),
        )
        survey = Survey({("shop", each): live for each in regions}, {})
        aws: Any = account
        return Facts(manifest, ACCOUNT, survey, Entry(), None, Options(), aws, Stop())

    return make
