"""Mistakes in names that users choose, and in what is given per environment."""

from __future__ import annotations

from collections.abc import Callable

from sam_deploy import (
    Bucket,
    Function,
    HttpApi,
    Key,
    Queue,
    Setting,
    Table,
    Throttle,
    UserPool,
    on_schedule,
)

Wrong = Callable[..., list[str]]


def test_a_chosen_name_tells_environments_apart(wrong_references: Wrong) -> None:
    """R178: two environments cannot have one queue of ours."""
    assert [
        (
            "queues[\"Orders\"].physical_name: 'orders' is the same in every environment; "
            "put {environment} into it"
        )
    ] == wrong_references(queues=[Queue("Orders", physical_name="orders")])
    named = [Queue("Orders", physical_name="orders-{environment}")]
    assert [] == wrong_references(queues=named)


def test_what_all_environments_share_has_one_name(wrong_references: Wrong) -> None:
    """R022: in the shared topology a function has no environment; when isolated it must."""
    named = Function("Job", source="j", physical_name="job-{environment}")
    once = Function("Job", source="j", physical_name="job")
    assert [
        (
            "functions[\"Job\"].physical_name: 'job-{environment}': all environments share it, so "
            "{environment} has no meaning here"
        )
    ] == wrong_references(functions=[named])
    assert [] == wrong_references(functions=[named], topology="isolated")
    assert [
        (
            "functions[\"Job\"].physical_name: 'job' is the same in every environment; "
            "put {environment} into it"
        )
    ] == wrong_references(functions=[once], topology="isolated")


def test_what_exists_is_called_by_its_name(wrong_references: Wrong) -> None:
    """R173, R302: it may serve all environments; but we cannot guess what it is called."""
    key = Key("id")
    assert [] == wrong_references(
        tables=[Table("demo", partition_key=key, existing=True, physical_name="global-table-demo")]
    )
    assert [
        'buckets["old"].physical_name: exists already; say what AWS calls it'
    ] == wrong_references(buckets=[Bucket("old", existing=True)])


def test_environments_are_known_wherever_they_are_named(wrong_references: Wrong) -> None:
    """All at once, each with its place and the nearest name."""
    job = Function("Job", source="j", triggers=[on_schedule("rate(1 day)", environments=["prd"])])
    near = "unknown environment 'prd'; did you mean 'prod'?"
    assert {
        f'settings["LEVEL"].value: {near}',
        f"http_api.throttles: {near}",
        f'functions["Job"].environments: {near}',
        f'user_pools["P"].existing_ids: {near}',
        'user_pools["P"].existing_ids: has nothing for dev, prod',
    } == set(
        wrong_references(
            functions=[job],
            settings=[Setting("LEVEL", {"prd": "1"})],
            http_api=HttpApi(throttles={"prd": Throttle(1, 1)}),
            user_pools=[UserPool("P", existing_ids={"prd": "eu-west-1_1"})],
        )
    )
