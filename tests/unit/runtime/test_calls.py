from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sam_deploy_runtime import EnvironmentUnknownError, environment
from sam_deploy_runtime.calls import bind, find_environment, import_handler
from sam_deploy_runtime.current import Unknown
from sam_deploy_runtime.manifest import Manifest

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction"
REGION = {"AWS_REGION": "eu-west-1"}


@dataclass
class Context:
    """As much of Lambda's context as the runtime reads."""

    invoked_function_arn: str = FUNCTION


def stage(alias: str) -> dict[str, Any]:
    return {"version": "2.0", "stageVariables": {"LambdaAlias": alias}}


def from_queue(*queues: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
            }
            for queue in queues
        ]
    }


def from_bucket(name: str) -> dict[str, Any]:
    return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": name}}}]}


@pytest.mark.parametrize(
    ("event", "qualifier", "variables", "expected"),
    [
        (stage("dev"), ":staging", {"SAM_DEPLOY_ENVIRONMENT": "prod"}, "prod"),
        (stage("dev"), ":staging", {}, "staging"),
        (stage("dev"), ":1", {}, "dev"),
        (stage("dev"), "", {}, "dev"),
        (from_queue("OrdersDevQ"), ":prod", {}, "prod"),
        (from_queue("OrdersStagingQ"), ":1", {}, "staging"),
        (from_queue("OrdersStagingQ", "OrdersStagingQ"), ":1", {}, "staging"),
        (from_bucket("receipts-prod-eu-west-1"), ":1", {}, "prod"),
        ({}, ":dev", {}, "dev"),
        ([1, 2], ":dev", {}, "dev"),
        (None, ":dev", {}, "dev"),
    ],
)
def test_the_first_source_that_names_an_environment_wins(
    manifest: Manifest, event: object, qualifier: str, variables: dict[str, str], expected: str
) -> None:
    """Variable, alias, stage variable, then the owner of the queue or bucket: in this order."""
    context = Context(FUNCTION + qualifier)

    assert expected == find_environment(event, context, manifest, REGION | variables)


@pytest.mark.parametrize(
    ("event", "qualifier"),
    [
        ({}, ""),
        ({}, ":1"),
        ({}, ":$LATEST"),
        ({}, ":live"),
        (stage("nowhere"), ":1"),
        ({"stageVariables": None}, ":1"),
        (from_queue("SomebodyElsesQ"), ":1"),
        (from_queue("OrdersDevQ", "OrdersProdQ"), ":1"),
        (from_queue("OrdersDevQ", "SomebodyElsesQ"), ":1"),
        (from_bucket("receipts-prod"), ":1"),
        ({"Records": [{"eventSource": "aws:sns"}, "text"]}, ":1"),
        ({"Records": "text"}, ":1"),
        ({"Records": [{"eventSource": "aws:s3", "s3": 1}]}, ":1"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, ":1"),
        ({"stageVariables": {"LambdaAlias": ["dev"]}}, ":1"),
        ("text", ":1"),
    ],
)
def test_a_call_that_names_no_environment_has_none(
    manifest: Manifest, event: object, qualifier: str
) -> None:
    """There is no fallback: a version, $LATEST or another's queue never mean dev."""
    found = find_environment(event, Context(FUNCTION + qualifier), manifest, REGION)

    assert isinstance(found, Unknown)
    assert "call the function by an alias" in found.reason


def test_a_wrong_variable_is_not_passed_over(manifest: Manifest) -> None:
    """A function told that it is 'produciton' does not quietly become what its alias says."""
    variables = {"SAM_DEPLOY_ENVIRONMENT": "produciton"}

    found = find_environment({}, Context(FUNCTION + ":dev"), manifest, variables)

    expected = "SAM_DEPLOY_ENVIRONMENT is 'produciton', not one of dev, staging, prod"
    assert Unknown(expected) == found


def test_one_process_serves_each_alias_in_its_own_environment(manifest: Manifest) -> None:
    """Calls through different aliases of one version, one after the other, do not mix."""
    handler = bind(lambda _event, _context: environment(), manifest, REGION)

    seen = [handler({}, Context(f"{FUNCTION}:{name}")) for name in ("dev", "prod", "dev")]

    assert ["dev", "prod", "dev"] == seen


def test_a_call_without_an_environment_still_runs(manifest: Manifest) -> None:
    """Only asking for the environment raises; the handler itself is called."""
    ask = bind(lambda _event, _context: environment(), manifest, REGION)
    answer = bind(lambda event, _context: event["n"] + 1, manifest, REGION)

    assert 2 == answer({"n": 1}, Context())
    with pytest.raises(EnvironmentUnknownError):
        ask({"n": 1}, Context())


def test_the_environment_is_gone_after_a_handler_that_raised(manifest: Manifest) -> None:
    """A failed call in prod leaves nothing behind for the next one."""

    def fail(_event: object, _context: object) -> None:
        raise ValueError(environment())

    with pytest.raises(ValueError, match="prod"):
        bind(fail, manifest, REGION)({}, Context(FUNCTION + ":prod"))
    with pytest.raises(EnvironmentUnknownError):
        environment()


def test_a_handler_in_a_folder_is_found_like_in_lambda() -> None:
    """`/` separates folders, as in Lambda's own Handler setting."""
    assert import_handler("importlib/metadata.version").__module__ == "importlib.metadata"


@pytest.mark.parametrize("name", ["json.nothing", "json.__doc__", "asyncio.sleep", "nowhere.f"])
def test_a_handler_that_cannot_be_called_is_an_import_error(name: str) -> None:
    """Missing modules and names, values and coroutines are refused while the function starts."""
    with pytest.raises(ImportError, match=name.partition(".")[0]):
        import_handler(name)
