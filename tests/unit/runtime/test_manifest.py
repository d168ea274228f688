from __future__ import annotations

import pytest

from sam_deploy_runtime.manifest import Manifest, ResourceUnknownError, load


@pytest.mark.parametrize(
    ("name", "environment", "region", "expected"),
    [
        ("receipts", "dev", "ap-south-1", "receipts-dev"),
        ("receipts", "prod", "eu-west-1", "receipts-prod-eu-west-1"),
        ("Orders", "staging", "ap-south-1", "OrdersStagingQ"),
        ("Orders", "staging", "eu-west-1", "OrdersStagingQ"),
        ("Users", "dev", "us-east-1", "UsersUserPoolDev"),
        ("items", "prod", "us-east-1", "shop-items-prod"),
        ("old", "prod", "us-east-1", "old-prod"),
    ],
)
def test_only_buckets_carry_the_region_abroad(
    manifest: Manifest, name: str, environment: str, region: str, expected: str
) -> None:
    """Bucket names are global, so outside the home region they end with it; others do not.

    A bucket of another stack has the name that it has there (C06).
    """
    assert expected == manifest.physical_name(name, environment, region)


def test_an_unknown_name_is_answered_with_the_nearest_one(manifest: Manifest) -> None:
    """The error is a sentence (not KeyError's quoted repr) and names what was probably meant."""
    with pytest.raises(ResourceUnknownError) as raised:
        manifest.physical_name("reciepts", "dev", "ap-south-1")

    assert "This function does not use 'reciepts'; did you mean 'receipts'?" == str(raised.value)


def test_a_name_like_no_other_is_answered_with_all_of_them(manifest: Manifest) -> None:
    """Without a near name the error lists what there is."""
    with pytest.raises(ResourceUnknownError) as raised:
        manifest.physical_name("zzz", "dev", "ap-south-1")

    known = "Invoices, Orders, Users, items, old, receipts"
    assert f"This function does not use 'zzz'; known: {known}." == str(raised.value)


def test_a_resource_missing_in_an_environment_says_where_it_is(manifest: Manifest) -> None:
    """A resource that only dev has is not looked up under dev's name in prod."""
    with pytest.raises(ResourceUnknownError) as raised:
        manifest.physical_name("Users", "prod", "ap-south-1")

    assert "'Users' does not exist in 'prod', only in dev." == str(raised.value)


@pytest.mark.parametrize(
    ("kind", "physical", "region", "expected"),
    [
        ("queue", "OrdersProdQ", "eu-west-1", "prod"),
        ("bucket", "receipts-dev", "ap-south-1", "dev"),
        ("bucket", "receipts-dev-eu-west-1", "eu-west-1", "dev"),
        ("bucket", "receipts-dev", "eu-west-1", None),
        ("bucket", "OrdersProdQ", "eu-west-1", None),
        ("queue", "OrdersProdDLQ", "eu-west-1", None),
    ],
)
def test_a_physical_name_belongs_to_the_environment_that_made_it(
    manifest: Manifest, kind: str, physical: str, region: str, expected: str | None
) -> None:
    """Only the exact name, of the right kind and in the right region, has an owner."""
    assert expected == manifest.environment_of(kind, physical, region)


def test_code_that_was_not_packed_is_told_so() -> None:
    """Outside of an archive there are no facts; the error does not speak of files alone."""
    with pytest.raises(RuntimeError, match="no function packed by sam-deploy"):
        load()
