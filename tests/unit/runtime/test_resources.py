"""ARNs and ids of the call's environment, by both runtimes: one table for Python and Node."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy_runtime import (
    EnvironmentUnknownError,
    ResourceUnknownError,
    SettingMissingError,
    in_environment,
    resource_arn,
    user_pool_client_id,
    user_pool_id,
)
from sam_deploy_runtime.calls import bind
from sam_deploy_runtime.manifest import load

IN = "eu-west-1:123456789012"
ARNS = {
    "Orders": f"arn:aws:sqs:{IN}:OrdersProdQ",
    "receipts": "arn:aws:s3:::receipts-prod-eu-west-1",
    "old": "arn:aws:s3:::old-prod",
    "items": f"arn:aws:dynamodb:{IN}:table/shop-items-prod",
    "Invoices": f"arn:aws:sns:{IN}:shop-Invoices-prod",
    "Events": f"arn:aws:events:{IN}:event-bus/shop-Events-prod",
    "Mail": f"arn:aws:lambda:{IN}:function:MailFunction:prod",
}
"""In prod, called by its alias; the home region is another one."""
NODE = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
NO_ARN = (
    "'People' is a user pool, whose ARN is not made of its name: AWS makes up an id. Ask "
    "{}('People')."
)
NO_ACCOUNT = "The account is unknown: the ARN of the function is not in the call's context."
WRONG = [
    ("People", "web", "The user pool 'People' has no client 'web'; known: '', 'Admin'."),
    ("Alone", "", "The user pool 'Alone' has no client ''; known: none."),
    ("Orders", "", "'Orders' is no user pool."),
    (
        "Users",
        "",
        "The id of 'Users' may be read by functions whose uses=[...] in deploy.py name it.",
    ),
    ("Staff", "Odd", "The id of the client 'Odd' of the user pool 'Staff' is unknown in 'dev'."),
]
"""Pool, client, and what is said of it in dev."""


class Context:
    """As much of Lambda's context as the runtime reads."""

    def __init__(self, arn: str) -> None:
        self.invoked_function_arn = arn


@pytest.fixture
def facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Those of the small app, with a bus, a function and pools that are used."""
    names = {each: f"{{}}-{each}" for each in facts["environments"]}
    ids = {each: f"eu-west-1_{each}" for each in facts["environments"]}
    pool = {"kind": "user_pool", "names": names}
    clients = {"": "PeopleClientId", "Admin": "PeopleAdminClientId"}
    facts["resources"] |= {
        "Events": {
            "kind": "bus",
            "names": {each: f"shop-Events-{each}" for each in names},
        },
        "Mail": {"kind": "function", "names": {each: f"MailFunction:{each}" for each in names}},
        "People": {**pool, "id": "PeopleUserPoolId", "client_ids": clients},
        "Staff": {**pool, "id": ids, "client_ids": {"": ids, "Odd": {"prod": "x"}}},
        "Alone": {**pool, "id": ids, "client_ids": {}},
    }
    return facts


def called(arn: str, ask: Callable[[], Any]) -> Any:
    """Return what a handler answers that is called by this ARN."""
    return bind(lambda _event, _context: ask(), load(), {})({}, Context(arn))


def test_arns_are_of_the_calls_environment_and_account(kept: dict[str, Any]) -> None:
    """Of every kind that has a name; the region is the function's own (C17)."""
    del kept
    found = called(
        f"arn:aws:lambda:{IN}:function:ApiFunction:prod",
        lambda: {name: resource_arn(name) for name in ARNS},
    )

    assert ARNS == found


def test_arns_are_of_the_calls_partition(kept: dict[str, Any]) -> None:
    """As in China, where ARNs begin otherwise."""
    del kept
    arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:ApiFunction:dev"

    assert "arn:aws-cn:s3:::old-dev" == called(arn, lambda: resource_arn("old"))


def test_a_test_may_say_whose_account_it_is_in(kept: dict[str, Any]) -> None:
    """Twelve zeros unless it does; the environment alone is enough."""
    del kept
    with in_environment("dev"):
        nobodys = resource_arn("Invoices")
    with in_environment("dev", account="210987654321", partition="aws-us-gov"):
        somebodys = resource_arn("Invoices")

    assert "arn:aws:sns:eu-west-1:000000000000:shop-Invoices-dev" == nobodys
    assert "arn:aws-us-gov:sns:eu-west-1:210987654321:shop-Invoices-dev" == somebodys


def test_what_has_no_arn_says_so(kept: dict[str, Any]) -> None:
    """Outside of a call, of a user pool, of an unknown name, in a call without an ARN."""
    del kept
    with pytest.raises(EnvironmentUnknownError, match="import time"):
        resource_arn("Invoices")
    with in_environment("dev"):
        with pytest.raises(ResourceUnknownError) as pool:
            resource_arn("People")
        with pytest.raises(ResourceUnknownError, match="did you mean 'Invoices'"):
            resource_arn("Invoice")
    with in_environment("dev", account=""), pytest.raises(RuntimeError) as account:
        resource_arn("Invoices")

    assert (NO_ARN.format("user_pool_id"), NO_ACCOUNT) == (str(pool.value), str(account.value))


@NODE
def test_node_makes_the_same_arns(run: Callable[..., Any]) -> None:
    """In calls, in tests with an account and without; and says why there is none (C17)."""
    found = run(
        """
        const all = bind((names) => names.map(resourceArn), facts);
        const odd = "arn:aws-cn:lambda:cn-north-1:123456789012:function:ApiFunction:dev";
        const named = (options) => inEnvironment("dev", () => resourceArn("Invoices"), options);
        return [
          all(NAMES, context("prod")),
          all(["old"], { invokedFunctionArn: odd }),
          [named(), named({ account: "210987654321", partition: "aws-us-gov" })],
          await Promise.all([
            () => resourceArn("Invoices"),
            () => inEnvironment("dev", () => resourceArn("People")),
            () => inEnvironment("dev", () => resourceArn("Invoice")),
            () => named({ account: "" }),
          ].map(caught)),
        ];
        """.replace("NAMES", str(list(ARNS)))
    )

    assert [list(ARNS.values()), ["arn:aws-cn:s3:::old-dev"]] == found[:2]
    assert [
        "arn:aws:sns:eu-west-1:000000000000:shop-Invoices-dev",
        "arn:aws-us-gov:sns:eu-west-1:210987654321:shop-Invoices-dev",
    ] == found[2]
    outside, *others = found[3]
    assert outside.startswith("EnvironmentUnknownError: ")
    known = "Alone, Events, Invoices, Mail, Orders, People, Staff, Users, items, old, receipts"
    assert [
        f"ResourceUnknownError: {NO_ARN.format('userPoolId')}",
        f"ResourceUnknownError: This function does not use 'Invoice'; known: {known}.",
        f"Error: {NO_ACCOUNT}",
    ] == others


STORED = {
    "/shop/dev/PeopleUserPoolId": "eu-west-1_Dev",
    "/shop/prod/PeopleUserPoolId": "eu-west-1_Prod",
    "/shop/prod/PeopleClientId": "client",
    "/shop/prod/PeopleAdminClientId": "admin",
}


def test_ids_of_pools_are_read_once_per_environment(
    kept: dict[str, Any], store: dict[str, Any]
) -> None:
    """As the stack has made them; kept like settings (R104, C17)."""
    kept |= STORED
    seen = []
    for name in ("dev", "prod", "dev"):
        with in_environment(name):
            seen.append(user_pool_id("People"))
    with in_environment("prod"):
        clients = [user_pool_client_id("People"), user_pool_client_id("People", "Admin")]

    assert ["eu-west-1_Dev", "eu-west-1_Prod", "eu-west-1_Dev"] == seen
    assert ["client", "admin"] == clients
    assert list(STORED) == store["asked"]


def test_ids_of_existing_pools_are_not_read(kept: dict[str, Any], store: dict[str, Any]) -> None:
    """The app's configuration says them."""
    del kept
    with in_environment("staging"):
        found = [user_pool_id("Staff"), user_pool_client_id("Staff"), user_pool_id("Alone")]

    assert (["eu-west-1_staging"] * 3, []) == (found, store["asked"])


def test_an_id_that_is_not_there_names_the_parameter(kept: dict[str, Any]) -> None:
    """Which the pool's stack writes, and nobody by hand."""
    del kept
    with in_environment("dev"), pytest.raises(SettingMissingError) as raised:
        user_pool_client_id("People", "Admin")

    assert (
        "The id of the client 'Admin' of the user pool 'People' is not in 'dev' and eu-west-1: the "
        "stack of the pool writes it to /shop/dev/PeopleAdminClientId. Deploy it there."
    ) == str(raised.value)


@pytest.mark.parametrize(("pool", "client", "expected"), WRONG)
def test_what_is_no_pool_or_client_says_so(
    kept: dict[str, Any], pool: str, client: str, expected: str
) -> None:
    """With the clients that there are, or with what `deploy.py` lacks."""
    del kept
    with in_environment("dev"), pytest.raises(ResourceUnknownError) as raised:
        user_pool_client_id(pool, client)

    assert expected == str(raised.value)


@NODE
def test_node_finds_the_same_ids(run: Callable[..., Any], store: dict[str, Any]) -> None:
    """Read once, or known; with the same errors (R104, C17)."""
    store["values"] |= STORED
    found = run(
        """
        const ids = [];
        for (const name of ["dev", "prod", "dev"]) {
          ids.push(await inEnvironment(name, () => userPoolId("People")));
        }
        const clients = await inEnvironment("prod", async () => [
          await userPoolClientId("People"), await userPoolClientId("People", "Admin"),
          await userPoolId("Staff"), await userPoolClientId("Staff"), await userPoolId("Alone"),
        ]);
        const missing = await inEnvironment("dev", () => caught(() => userPoolClientId("People")));
        const wrong = WRONG.map(([pool, client]) => (
          inEnvironment("dev", () => caught(() => userPoolClientId(pool, client)))));
        const outside = await caught(() => userPoolId("X"));
        return [ids, clients, missing, await Promise.all(wrong), outside];
        """.replace("WRONG", str([list(each[:2]) for each in WRONG]))
    )
    ids, clients, missing, wrong, outside = found

    assert ["eu-west-1_Dev", "eu-west-1_Prod", "eu-west-1_Dev"] == ids
    assert ["client", "admin", *["eu-west-1_prod"] * 3] == clients
    assert (
        "SettingMissingError: The id of the client '' of the user pool 'People' is not in 'dev' "
        "and eu-west-1: the stack of the pool writes it to /shop/dev/PeopleClientId. Deploy it "
        "there."
    ) == missing
    assert [f"ResourceUnknownError: {expected}" for _, _, expected in WRONG] == wrong
    assert outside.startswith("EnvironmentUnknownError: ")
    assert [*STORED, "/shop/dev/PeopleClientId"] == store["asked"]
