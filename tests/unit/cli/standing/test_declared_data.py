from __future__ import annotations

from sam_deploy.cli.standing.declared_data import declared, listened_to
from sam_deploy.config.model import (
    App,
    Bucket,
    Distribution,
    Environment,
    FeatureSet,
    Function,
    Key,
    Table,
)
from sam_deploy.config.model.triggers import UploadTrigger
from sam_deploy.plan import Request, StackPlan
from sam_deploy.plan.stacks import stacks_of

HOME, AWAY = "eu-west-1", "us-east-1"
APP = App(
    name="shop",
    home_region=HOME,
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=[HOME, AWAY]), FeatureSet("ams", regions=[AWAY])],
    buckets=[
        Bucket("shop-files"),
        Bucket("shop-own", feature_set="ams", physical_name="own-{environment}"),
        Bucket("shop-old", existing=True, physical_name="old-{environment}"),
    ],
    tables=[
        Table("Orders", partition_key=Key("id"), replicas=[HOME, AWAY]),
        Table("Notes", partition_key=Key("id")),
        Table("Old", existing=True, physical_name="old-{environment}"),
    ],
    distributions=[Distribution("web", bucket="shop-web")],
    functions=[Function("Job", source="job", triggers=[UploadTrigger("shop-files")])],
)


def found(stacks: tuple[StackPlan, ...]) -> set[tuple[str, str, str, str]]:
    return {(*place, part.logical_id, part.physical_id) for place, part in declared(APP, stacks)}


def test_data_that_outlives_its_stack_has_a_name_that_follows_from_the_config() -> None:
    """In the stack and region that make it, once where it exists once; nothing of others."""
    core, ams = "shop-sam", "shop-sam-ams"
    assert {
        (core, HOME, "ShopFilesDevBucket", "shop-files-dev"),
        (core, AWAY, "ShopFilesDevBucket", f"shop-files-dev-{AWAY}"),
        (core, HOME, "WebDevDistributionBucket", "shop-web-dev"),
        (core, HOME, "OrdersDevTable", "shop-Orders-dev"),
        (core, HOME, "NotesDevTable", "shop-Notes-dev"),
        (core, AWAY, "NotesDevTable", "shop-Notes-dev"),
        (ams, AWAY, "ShopOwnDevBucket", f"own-dev-{AWAY}"),
    } == found(stacks_of(APP, Request((), ())))


def test_the_local_stack_has_the_buckets_of_all_feature_sets() -> None:
    """Buckets and queues only (R230)."""
    assert {
        ("shop-sam-local", HOME, "ShopFilesLocalBucket", "shop-files-local"),
        ("shop-sam-local", HOME, "ShopOwnLocalBucket", "own-local"),
    } == found(stacks_of(APP, Request((), (), "local")))


def test_buckets_that_a_trigger_listens_to_are_known() -> None:
    """By their logical ids, as `destroy` shows them."""
    assert frozenset({"ShopFilesDevBucket"}) == listened_to(APP, stacks_of(APP, Request((), ())))
