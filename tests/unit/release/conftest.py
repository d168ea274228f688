"""A Lambda in memory, spoken to as botocore's clients are, with the faults that a test asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


class _Lambda:
    """Functions, versions and aliases of one region."""

    def __init__(self) -> None:
        self.functions: dict[str, dict[str, Any]] = {}
        self.before: Callable[[str, dict[str, Any]], None] = lambda _call, _given: None
        """Called before each call with its name and arguments; may raise or change something."""
        self.after: Callable[[str, dict[str, Any]], None] = lambda _call, _given: None
        """Called when the call was carried out: raising here loses its answer."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._lock = threading.Lock()

    def add(self, name: str, code: str, *, aliases: tuple[str, ...] = ("dev",)) -> None:
        """A deployed function: its first version is what every alias points at."""
        self.functions[name] = {
            "$LATEST": {"CodeSha256": code, "RevisionId": f"{name}-r1"},
            "versions": [code],
            "aliases": {
                alias: {"Name": alias, "FunctionVersion": "1", "RevisionId": f"{alias}-r1"}
                for alias in aliases
            },
        }

    def update(self, name: str, code: str) -> None:
        """What CloudFormation does when the archive changed."""
        self.functions[name]["$LATEST"] = {"CodeSha256": code, "RevisionId": f"{name}-{code}"}

    def serves(self, name: str, alias: str = "dev") -> str:
        """The version that an alias points at."""
        version: str = self.functions[name]["aliases"][alias]["FunctionVersion"]
        return version

    def __getattr__(self, call: str) -> Callable[..., dict[str, Any]]:
        def called(**given: object) -> dict[str, Any]:
            with self._lock:
                self.calls.append((call, given))
                self.before(call, given)
                answer: dict[str, Any] = getattr(type(self), f"_{call}")(self, **given)
                self.after(call, given)
                return answer

        return called

    def _found(self, name: str) -> dict[str, Any]:
        if name not in self.functions:
            raise refusal("ResourceNotFoundException")
        return self.functions[name]

    def _get_function_configuration(self, **given: str) -> dict[str, Any]:
        found = self._found(given["FunctionName"])
        version = given.get("Qualifier", "$LATEST")
        if version == "$LATEST":
            return {"Version": version, **found["$LATEST"]}
        return {"Version": version, "CodeSha256": found["versions"][int(version) - 1]}

    def _update_function_code(self, **given: str) -> dict[str, Any]:
        latest = self._found(given["FunctionName"])["$LATEST"]
        if given["RevisionId"] != latest["RevisionId"]:
            raise refusal("PreconditionFailedException")
        code = given["S3Key"].removeprefix("artifacts/").removesuffix(".zip")
        self.update(given["FunctionName"], code)
        return {"Version": "$LATEST", "CodeSha256": code}

    def _publish_version(self, **given: str) -> dict[str, Any]:
        found = self._found(given["FunctionName"])
        latest = found["$LATEST"]
        if given["RevisionId"] != latest["RevisionId"]:
            raise refusal("PreconditionFailedException")
        if found["versions"][-1] != latest["CodeSha256"]:
            found["versions"].append(latest["CodeSha256"])
        return {"Version": str(len(found["versions"])), "CodeSha256": latest["CodeSha256"]}

    def _get_alias(self, **given: str) -> dict[str, Any]:
        aliases = self._found(given["FunctionName"])["aliases"]
        if given["Name"] not in aliases:
            raise refusal("ResourceNotFoundException")
        return dict(aliases[given["Name"]])

    def _list_aliases(self, **given: str) -> dict[str, Any]:
        return {"Aliases": list(self._found(given["FunctionName"])["aliases"].values())}

    def _update_alias(self, **given: Any) -> dict[str, Any]:
        alias = self._found(given["FunctionName"])["aliases"][given["Name"]]
        if given["RevisionId"] != alias["RevisionId"]:
            raise refusal("PreconditionFailedException")
        alias |= {
            "FunctionVersion": given["FunctionVersion"],
            "Description": given["Description"],
            "RoutingConfig": given["RoutingConfig"],
            "RevisionId": f"{alias['RevisionId']}+",
        }
        return dict(alias)


def refusal(code: str, message: str = "as asked") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


class _Aws:
    """An account with Lambda in as many regions as are asked for."""

    aliases_by = None

    def __init__(self) -> None:
        self.regions: dict[str, _Lambda] = {}

    def client(self, service: str, region: str, *, retries: bool = True) -> _Lambda:
        """Return the only service there is."""
        assert "lambda" == service
        assert retries is True  # an alias is written once by promotions only
        return self.regions.setdefault(region, _Lambda())


@pytest.fixture
def aws() -> _Aws:
    """An empty account."""
    return _Aws()


@pytest.fixture
def refuse() -> Callable[..., ClientError]:
    """Makes the error that botocore raises for an error code of AWS."""
    return refusal


@pytest.fixture
def lambdas(aws: _Aws) -> _Aws:
    """Both functions deployed in both regions, with their first version."""
    for region in ("eu-west-1", "us-east-1"):
        for name in ("ApiFunction", "WorkerFunction"):
            aws.client("lambda", region).add(name, "one", aliases=("dev", "prod"))
    return aws
