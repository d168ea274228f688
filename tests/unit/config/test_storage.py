from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    Bucket,
    Cors,
    Distribution,
    FeatureSet,
    Function,
    Secret,
    Setting,
    on_upload,
)

WrongReferences = Callable[..., list[str]]
PLACE = 'buckets["data"]'
NO_EFFECT = (
    "has no effect: the bucket exists already, and a stack cannot change what another one made; "
    "set it where the bucket is made"
)


def existing(**given: Any) -> Bucket:
    """A bucket that another stack made."""
    return Bucket("data", physical_name="data-{environment}", existing=True, **given)


def job(*triggers: Any, name: str = "Job", **given: Any) -> Function:
    """A function that uploads call."""
    return Function(name, source="x", timeout_seconds=30, triggers=triggers, **given)


BUCKETS: list[tuple[Bucket, str]] = [
    (
        Bucket("data", physical_name="Data_{environment}"),
        (
            f"{PLACE}.physical_name: 'Data_{{environment}}': S3 takes a-z, 0-9, . and - in the "
            "name of a bucket"
        ),
    ),
    (existing(cors=Cors(["GET"], origins=["*"])), f"{PLACE}.cors: {NO_EFFECT}"),
    (existing(expire_days=3), f"{PLACE}.expire_days: {NO_EFFECT}"),
    (
        Bucket("data", kms_key="arn:aws:kms:us-east-1:123456789012:key/1"),
        (
            f"{PLACE}.kms_key: 'arn:aws:kms:us-east-1:123456789012:key/1' is not of eu-west-1; "
            "name the key by an `alias/...`"
        ),
    ),
]


@pytest.mark.parametrize(("bucket", "expected"), BUCKETS, ids=[each for _, each in BUCKETS])
def test_a_bucket_that_would_not_work_is_told(
    wrong_references: WrongReferences, bucket: Bucket, expected: str
) -> None:
    """With the reason: what another stack made is not changed (R027, R173)."""
    assert [expected] == wrong_references(buckets=[bucket])


def test_an_existing_bucket_calls_nobody(wrong_references: WrongReferences) -> None:
    """Its notifications are a part of it, and one stack alone can write them (R173)."""
    found = wrong_references(buckets=[existing()], functions=[job(on_upload("data"))])
    assert [
        (
            "functions[\"Job\"].triggers[0].bucket: the bucket 'data' exists already: its "
            "notifications are part of the bucket, which only the stack that made it can change; "
            "let the stack make one of its own, by another physical_name and without existing, or "
            "delete that bucket first"
        )
    ] == found


OVERLAPS: list[tuple[Any, Any, bool]] = [
    (on_upload("data"), on_upload("data", prefix="in/"), True),
    (on_upload("data", suffix=".csv"), on_upload("data", prefix="in/"), True),
    (on_upload("data", prefix="in/a"), on_upload("data", prefix="in/"), True),
    (on_upload("data", suffix=".csv"), on_upload("data", suffix="s.csv"), True),
    (on_upload("data", event="s3:ObjectCreated:Put"), on_upload("data"), True),
    (on_upload("data", prefix="in/"), on_upload("data", prefix="out/"), False),
    (on_upload("data", suffix=".csv"), on_upload("data", suffix=".txt"), False),
    (on_upload("data", event="s3:ObjectRemoved:*"), on_upload("data"), False),
    (
        on_upload("data", event="s3:ObjectCreated:Put"),
        on_upload("data", event="s3:ObjectCreated:Copy"),
        False,
    ),
    (
        on_upload("data", environments=["dev"], prefix="in/"),
        on_upload("data", environments=["prod"]),
        False,
    ),
    (on_upload("data", environments=["dev"]), on_upload("data", environments=["prod"]), False),
    (on_upload("data"), on_upload("other", prefix="in/"), False),
]


@pytest.mark.parametrize(("one", "other", "overlap"), OVERLAPS, ids=range(len(OVERLAPS)))
def test_uploads_that_would_call_twice_are_told(
    wrong_references: WrongReferences,
    one: Any,
    other: Any,
    overlap: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """S3 refuses a bucket with two filters that one object can pass (R091)."""
    functions = [job(one), job(other, name="Other")]
    found = wrong_references(buckets=[Bucket("data"), Bucket("other")], functions=functions)
    message = (
        'functions["Other"].triggers[0]: some uploads to \'data\' match functions["Job"]'
        ".triggers[0], too, which S3 refuses; give them prefixes or suffixes that exclude each "
        "other"
    )
    assert ([message] if overlap else []) == found


def test_an_event_that_s3_does_not_have_is_told(wrong_references: WrongReferences) -> None:
    """A slip in its name would fail in the middle of a deployment."""
    trigger = on_upload("data", event="s3:ObjectCreate:*")
    found = wrong_references(buckets=[Bucket("data")], functions=[job(trigger)])
    assert [
        (
            "functions[\"Job\"].triggers[0].event: unknown S3 event 's3:ObjectCreate:*'; did you "
            "mean 's3:ObjectCreated:*'?"
        )
    ] == found


def test_a_distribution_needs_a_domain_for_its_name_and_times_that_fit(
    wrong_references: WrongReferences,
) -> None:
    """All mistakes are told at once."""
    cdn = Distribution("assets", bucket="shop-assets", domain_label="assets", max_ttl_seconds=60)
    place = 'distributions["assets"]'
    expected = [
        f"{place}.domain_label: needs the app's `domain`",
        f"{place}.default_ttl_seconds: is 86400, more than `max_ttl_seconds`, which is 60",
    ]
    assert expected == wrong_references(distributions=[cdn])
    twice = [Distribution("assets", bucket="one-assets"), Distribution("assets", bucket="two")]
    told = [f"{place}: the name 'assets' is given twice"]
    assert told == wrong_references(distributions=twice)


VALUES: list[tuple[Any, str]] = [
    ("", "is empty, which Parameter Store refuses; leave the setting out instead"),
    (
        {"dev": "1", "prod": ""},
        "is empty, which Parameter Store refuses; leave the setting out instead",
    ),
    ("é" * 4097, "has 8194 bytes; Parameter Store takes 8192"),
    ("{{resolve:ssm:other}}", "holds `{{`, which Parameter Store refuses"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=[each for _, each in VALUES])
def test_a_value_that_parameter_store_refuses_is_told(
    wrong_references: WrongReferences, value: Any, expected: str
) -> None:
    """One value for all environments, or one for each (R261)."""
    found = wrong_references(settings=[Setting("SIZE", value=value)])
    assert [f'settings["SIZE"].value: {expected}'] == found


def test_an_app_named_as_aws_has_no_place_for_settings(wrong_references: WrongReferences) -> None:
    """Parameter Store keeps these roots for itself; secrets are elsewhere."""
    settings = [Setting("SIZE", value="1"), Secret("KEY", generate=True)]
    found = wrong_references(name="aws-shop", settings=settings)
    assert [
        (
            'settings["SIZE"]: Parameter Store has no place for `/aws-shop/`: `aws` and `ssm` '
            "are AWS's"
        )
    ] == found


def test_a_setting_is_read_in_the_functions_own_region(wrong_references: WrongReferences) -> None:
    """What the stacks of fewer regions keep is missing in the others (R261)."""
    sets = [
        FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
        FeatureSet("home", regions=["eu-west-1"]),
    ]
    settings = [
        Setting("SIZE", value="1", feature_set="home"),
        Secret("KEY", generate=True, feature_set="home"),
        Secret("TOKEN", feature_set="home"),
    ]
    names = ["SIZE", "KEY", "TOKEN"]
    found = wrong_references(settings=settings, feature_sets=sets, functions=[job(settings=names)])
    words = "is of the feature set 'home' and not in us-east-1, where the function runs"
    assert [f"functions[\"Job\"].settings: '{name}' {words}" for name in ("SIZE", "KEY")] == found


def test_a_setting_that_nobody_declares_belongs_to_the_settings_command(
    wrong_references: WrongReferences,
) -> None:
    """Another name is fine; one that differs in case or punctuation alone is a slip."""
    settings = [Setting("PAGE_SIZE", value="1")]
    given = {"settings": settings, "functions": [job(settings=["PAGE_COUNT", "page-size"])]}
    assert [
        "functions[\"Job\"].settings: unknown setting 'page-size'; did you mean 'PAGE_SIZE'?"
    ] == wrong_references(**given)
