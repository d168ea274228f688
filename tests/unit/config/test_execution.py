"""Mistakes in how functions run: variables, networks, concurrency, destinations, addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import AsyncInvoke, Function, FunctionUrl, Queue, Topic, Vpc

Wrong = Callable[..., list[str]]


def job(**given: Any) -> dict[str, Any]:
    return {"functions": [Function("Job", source="job", **given)]}


def test_a_value_per_environment_needs_a_function_per_environment(wrong_references: Wrong) -> None:
    """C17: aliases have no variables of their own; the message says what to do instead."""
    variables = {"URL": {"dev": "a", "prod": "b"}}
    assert [
        (
            'functions["Job"].environment["URL"]: has a value per environment, but all '
            "environments share the function; read it by `setting('URL')`, or choose "
            '`topology="isolated"`'
        )
    ] == wrong_references(**job(environment=variables))
    assert [] == wrong_references(**job(environment=variables), topology="isolated")


def test_values_per_environment_are_for_all_of_them(wrong_references: Wrong) -> None:
    """A missing one would leave a function of that environment without its variable."""
    given = job(environment={"URL": {"dev": "a", "prd": "b"}})
    place = 'functions["Job"].environment["URL"]'
    assert [
        f"{place}: unknown environment 'prd'; did you mean 'prod'?",
        f"{place}: has no value for prod",
    ] == wrong_references(**given, topology="isolated")


def test_a_network_is_given_for_every_region(wrong_references: Wrong) -> None:
    """R281: the template looks it up by region, where it would find nothing."""
    vpc = Vpc(subnets={"eu-west-1": ["subnet-1"]}, security_groups={"eu-west-1": ["sg-1"]})
    words = "names none in us-east-1, where the function is deployed"
    assert [
        f'functions["Job"].vpc.subnets: {words}',
        f'functions["Job"].vpc.security_groups: {words}',
    ] == wrong_references(**job(vpc=vpc))


def test_more_cannot_be_provisioned_than_reserved(wrong_references: Wrong) -> None:
    """R051: Lambda would refuse it in the middle of a release."""
    given = job(reserved_concurrency=3, provisioned_concurrency={"dev": 2, "prod": 2})
    assert [
        'functions["Job"].reserved_concurrency: is 3, but 4 are provisioned'
    ] == wrong_references(**given)
    assert [
        (
            "functions[\"Job\"].provisioned_concurrency: unknown environment 'prd'; "
            "did you mean 'prod'?"
        )
    ] == wrong_references(**job(provisioned_concurrency={"prd": 1}))


def test_failures_go_to_a_queue_or_topic_that_lambda_can_send_to(wrong_references: Wrong) -> None:
    """Unknown names have the nearest one; FIFO is no destination."""
    given = job(asynchronous=AsyncInvoke(on_failure="Lst", on_success="Rows"))
    place = 'functions["Job"].asynchronous'
    assert [
        f"{place}.on_failure: unknown queue or topic 'Lst'; did you mean 'Lost'?",
        f"{place}.on_success: 'Rows' is FIFO, which Lambda cannot send to",
    ] == wrong_references(**given, queues=[Queue("Lost"), Queue("Rows", fifo=True)])


def test_functions_call_functions_that_exist(wrong_references: Wrong) -> None:
    """The nearest name is told."""
    assert [
        "functions[\"Job\"].invokes: unknown function 'Jb'; did you mean 'Job'?"
    ] == wrong_references(**job(invokes=["Jb"]))


def test_nothing_is_read_from_a_topic(wrong_references: Wrong) -> None:
    """`.read` on what can only be written to is a slip."""
    assert [
        (
            "functions[\"Job\"].uses: 'News.read': nothing is read from a topic or an event bus; "
            "use 'News'"
        )
    ] == wrong_references(**job(uses=["News.read"]), topics=[Topic("News")])


@pytest.mark.parametrize(
    ("waive", "expected"),
    [
        ({"function-url": "a webhook"}, []),
        (
            {},
            [
                (
                    'functions["Job"].url.auth: lets everybody call the function; if that is '
                    'meant, say why: `waive={"function-url": "..."}`'
                )
            ],
        ),
    ],
)
def test_an_address_for_everybody_needs_a_reason(
    wrong_references: Wrong, waive: dict[str, str], expected: list[str]
) -> None:
    """R280: refused unless somebody wrote down why."""
    assert expected == wrong_references(**job(url=FunctionUrl("NONE"), waive=waive))


def test_wrong_values_do_not_break_the_checks(wrong_references: Wrong) -> None:
    """They are told by `validate`; here they are passed over."""
    given = job(environment=3, vpc=4, provisioned_concurrency=5, asynchronous=6, invokes=7, url=8)
    assert [] == wrong_references(**given)
