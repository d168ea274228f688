"""Mistakes in user pools."""

from __future__ import annotations

from collections.abc import Callable

from sam_deploy import Authorizer, Group, HttpApi, UserPool, UserPoolClient

Wrong = Callable[..., list[str]]


def test_clients_and_groups_can_be_told_apart(wrong_references: Wrong) -> None:
    """R101: two without a name would be one resource."""
    pool = UserPool("P", clients=[UserPoolClient(), UserPoolClient()], groups=[Group("A")] * 2)
    assert [
        'user_pools["P"].clients: has several without a name',
        "user_pools[\"P\"].groups: 'A' is there twice",
    ] == wrong_references(user_pools=[pool])


def test_a_web_client_has_both_addresses(wrong_references: Wrong) -> None:
    """R101: signing in without a way out is half a client."""
    pool = UserPool("P", clients=[UserPoolClient(callback_path="/in")])
    assert [
        'user_pools["P"].clients[0]: needs both `callback_path` and `logout_path`, or neither'
    ] == wrong_references(user_pools=[pool], domain="example.com")


def test_attributes_of_ones_own_are_custom(wrong_references: Wrong) -> None:
    """Cognito would refuse `role` in the middle of a deployment."""
    assert [
        (
            "user_pools[\"P\"].optional_attributes: 'role' is no standard attribute; "
            "put it into `custom_attributes`"
        )
    ] == wrong_references(user_pools=[UserPool("P", optional_attributes=["role"])])


def test_one_address_does_not_answer_for_several_pools(wrong_references: Wrong) -> None:
    """Each region has a pool of its own: a token of one would be refused by the other's API."""
    pool = UserPool("People", clients=[UserPoolClient()])
    api = HttpApi(authorizer=Authorizer(pool="People"), custom_domain=True)
    (found,) = wrong_references(user_pools=[pool], http_api=api, domain="example.com")
    assert found.startswith("http_api.authorizer.pool: each region has its own 'People' pool")
    api = HttpApi(authorizer=Authorizer(pool="People"))
    assert [] == wrong_references(user_pools=[pool], http_api=api, domain="example.com")
