"""Aliases and versions are refused and repeated as by Lambda; and the faults without the patches.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Client: TypeAlias = Any

UNKNOWN = {"FunctionVersion": "99"}
NAME = "Checked"


def weights(**shares: float) -> dict[str, Any]:
    given = {version.removeprefix("v"): share for version, share in shares.items()}
    return {"RoutingConfig": {"AdditionalVersionWeights": given}}


REFUSED = [
    (UNKNOWN, "ResourceNotFoundException", "Function not found: "),
    (weights(v99=0.1), "ResourceNotFoundException", "Function not found: "),
    (weights(v2=1.5), "InvalidParameterValueException", "between 0 and 1"),
    (weights(v1=0.1), "InvalidParameterValueException", "is already included in routing"),
    (weights(v2=0.1, v3=0.1), "InvalidParameterValueException", "cannot be greater than 1"),
    ({"FunctionVersion": "$LATEST"} | weights(v2=0.1), "InvalidParameterValueException", "LATEST"),
]


def code(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), f"def handler(*_):\n    return {text!r}\n")
    return data.getvalue()


def update(functions: Client, text: str) -> None:
    functions.update_function_code(FunctionName=NAME, ZipFile=code(text))
    functions.get_waiter("function_updated_v2").wait(
        FunctionName=NAME, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )


def publish(functions: Client, **given: str) -> str:
    return str(functions.publish_version(FunctionName=NAME, **given)["Version"])


def made(stack: Stack) -> Client:
    """A function with three versions, and an alias at the first of them."""
    functions = stack.client("lambda")
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": code("1")},
    )
    publish(functions)
    for number in ("2", "3"):
        update(functions, number)
        publish(functions)
    functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    return functions


@pytest.fixture
def functions(stack: Stack) -> Iterator[Client]:
    yield made(stack)
    stack.client("lambda").delete_function(FunctionName=NAME)


def test_an_alias_that_cannot_be_is_refused(functions: Client) -> None:
    """With `alias_checks`, UpdateAlias refuses it as Lambda does, and nothing has changed."""
    before = functions.get_alias(FunctionName=NAME, Name="live")
    for given, error, why in REFUSED:
        with pytest.raises(ClientError, match=why) as refused:
            functions.update_alias(FunctionName=NAME, Name="live", **given)
        after = functions.get_alias(FunctionName=NAME, Name="live")
        assert error == refused.value.response["Error"]["Code"]
        assert before["RevisionId"] == after["RevisionId"]
        whole = {"FunctionVersion": "1"} | given
        with pytest.raises(ClientError, match=why):
            functions.create_alias(FunctionName=NAME, Name="new", **whole)


def test_weights_that_stay_are_judged_with_a_new_version(functions: Client) -> None:
    """An alias cannot move to the version that its own weights name; it can when they go."""
    functions.update_alias(FunctionName=NAME, Name="live", **weights(v2=0.1))
    with pytest.raises(ClientError, match="already included"):
        functions.update_alias(FunctionName=NAME, Name="live", FunctionVersion="2")
    moved = functions.update_alias(FunctionName=NAME, Name="live", FunctionVersion="2", **weights())
    assert ("2", None) == (moved["FunctionVersion"], moved.get("RoutingConfig"))


def test_what_was_changed_back_is_no_new_version(functions: Client) -> None:
    """With `unchanged_versions`, PublishVersion compares code and configuration, as Lambda does."""
    update(functions, "other")
    update(functions, "3")
    assert "3" == publish(functions, Description="again")
    functions.update_function_configuration(FunctionName=NAME, MemorySize=256)
    assert "4" == publish(functions)
    update(functions, "2")
    assert "5" == publish(functions)


def test_a_version_keeps_its_description(functions: Client) -> None:
    """Each version has its own; GetFunctionConfiguration shows it by number and by alias."""
    update(functions, "described")
    number = publish(functions, Description="what was built")
    functions.update_alias(FunctionName=NAME, Name="live", FunctionVersion=number)
    found = [
        functions.get_function_configuration(FunctionName=NAME, Qualifier=each)["Description"]
        for each in (number, "live", "3", "$LATEST")
    ]
    assert ["what was built", "what was built", "", ""] == found


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"CodeSha256": "bm90IHRoaXMgb25l"}, "InvalidParameterValueException"),
        ({"RevisionId": "stale"}, "PreconditionFailedException"),
    ],
)
def test_a_version_is_made_of_what_is_meant_alone(
    functions: Client, given: dict[str, str], error: str
) -> None:
    """Another archive or another revision than the one that is named is not published."""
    update(functions, "unexpected")
    with pytest.raises(ClientError) as refused:
        publish(functions, **given)
    assert error == refused.value.response["Error"]["Code"]
    assert "4" == publish(functions)


def test_any_alias_is_taken_without_the_patch(unmended: Stack) -> None:
    """Without `alias_checks` neither version nor weights are looked at."""
    functions = made(unmended)
    for given, _, _ in REFUSED:
        functions.update_alias(FunctionName=NAME, Name="live", **given)
        functions.update_alias(FunctionName=NAME, Name="live", FunctionVersion="1", **weights())
    functions.delete_function(FunctionName=NAME)


def test_equal_versions_are_made_without_the_patch(unmended: Stack) -> None:
    """Without `unchanged_versions` what was changed back is another version, of any archive."""
    functions = made(unmended)
    update(functions, "other")
    update(functions, "3")
    assert "4" == publish(functions, CodeSha256="bm90IHRoaXMgb25l", RevisionId="stale")
    functions.delete_function(FunctionName=NAME)
