from __future__ import annotations

from dataclasses import replace

import pytest

from sam_deploy.cli.standing import destroy_screens
from sam_deploy.cli.standing.destroy_screens import Ways
from sam_deploy.deploy.destroy import Destroyed
from sam_deploy.deploy.going import Farewell, Fate
from sam_deploy.deploy.standing import Beside, Part

PLACE = ("shop-sam", "eu-west-1")
AWAY = ("shop-sam", "us-east-1")
KEPT = Part("Files", "shop-files", "AWS::S3::Bucket", "CREATE_COMPLETE", "", "Retain")
PARTS = (
    Part("A", "a", "AWS::Lambda::Function"),
    Part("B", "b", "AWS::Lambda::Function"),
    Part("C", "c", "AWS::ApiGatewayV2::Api"),
    Part("D", "d", "AWS::Events::EventBus"),
    Part("E", "e", "AWS::Events::EventBus"),
    Part("F", "f", "AWS::IAM::Role"),
)


def test_everything_is_shown_before_anything_goes() -> None:
    """Stacks by region with what people look for first, what stays, and what is named to go."""
    table = Part("Orders", "shop-orders", "AWS::DynamoDB::Table")
    farewell = Farewell(
        (
            Fate(PLACE, "UPDATE_COMPLETE", goes=PARTS, stays=(KEPT,)),
            Fate(AWAY, "", wiped=(table,)),
            Fate(("shop-sam", "gone"), ""),
        ),
        ("shop-utils",),
        artifacts=True,
    )
    assert """\
This goes:
  shop-sam in eu-west-1: 2 functions, 1 API, 2 event buses and 1 other resource
  shop-sam in us-east-1: gone already; what it left is deleted
    and all that AWS::DynamoDB::Table Orders (shop-orders) holds
  all versions of 1 layer in every region
  the artifact buckets: archives, history, and what `resume` would need
This stays, with what it holds:
  name        type             logical id  region
  ----------  ---------------  ----------  ---------
  shop-files  AWS::S3::Bucket  Files       eu-west-1
Its names stand in the way of a new deployment then; `--delete-data LOGICAL_ID` deletes one, \
and all it holds, while its stack stands.""" == destroy_screens.farewell_text(farewell, Ways())


BESIDE = (
    Beside("shop-orders", "AWS::DynamoDB::GlobalTable", "us-east-1", "Orders"),
    Beside("/shop/dev/SALT", "AWS::SecretsManager::Secret", "eu-west-1"),
    Beside("/shop/dev/SIZE", "AWS::SSM::Parameter", "eu-west-1"),
    Beside("shop-utils", "AWS::Lambda::LayerVersion", "eu-west-1"),
    Beside("shop-sam-1-eu-west-1", "AWS::S3::Bucket", "eu-west-1"),
)


def test_what_is_in_no_stack_is_shown_too() -> None:
    """Replicas with the data that they are of; settings, secrets, layers and artifacts below it."""
    table = Part("Orders", "shop-orders", "AWS::DynamoDB::GlobalTable", "", "", "Retain")
    pool = Part("People", "eu-west-1_1", "AWS::Cognito::UserPool", "", "", "Retain")
    farewell = Farewell(
        (Fate(PLACE, "UPDATE_COMPLETE", goes=PARTS, stays=(table, pool)),), beside=BESIDE
    )
    ways = Ways("eu-west-1", nameable=frozenset({"Orders"}))
    assert """\
This stays, with what it holds:
  name         type                        logical id  region
  -----------  --------------------------  ----------  ---------
  shop-orders  AWS::DynamoDB::GlobalTable  Orders      eu-west-1
  eu-west-1_1  AWS::Cognito::UserPool      People      eu-west-1
  shop-orders  AWS::DynamoDB::GlobalTable  Orders      us-east-1
Its names stand in the way of a new deployment then; `--delete-data LOGICAL_ID` deletes one, \
and all it holds, now, or by another `destroy` later (`People`: only while its stack stands).
This stays, too, and a new deployment finds it:
  name                  type                         region
  --------------------  ---------------------------  ---------
  /shop/dev/SALT        AWS::SecretsManager::Secret  eu-west-1
  /shop/dev/SIZE        AWS::SSM::Parameter          eu-west-1
  shop-utils            AWS::Lambda::LayerVersion    eu-west-1
  shop-sam-1-eu-west-1  AWS::S3::Bucket              eu-west-1
To delete it, too: a secret by `--delete-data NAME`, a setting by `sam-deploy settings delete \
NAME`, layers by `--layers-too`, artifact buckets by `--artifacts-too`.""" == (
        destroy_screens.farewell_text(farewell, ways).partition("other resource\n")[2]
    )


def test_a_bucket_with_a_trigger_has_another_way_back() -> None:
    """`existing=True` is refused for it: said before anything goes, and afterwards."""
    fate = Fate(PLACE, "UPDATE_COMPLETE", stays=(KEPT,))
    ways = Ways("eu-west-1", nameable=frozenset({"Files"}), listened_to=frozenset({"Files"}))
    words = (
        "`on_upload` listens to `Files`: only the stack that makes a bucket can set that up, so "
        "that `existing=True` is refused. A new deployment needs another `physical_name=`, or that "
        "what is there is deleted."
    )
    assert words in destroy_screens.farewell_text(Farewell((fate,)), ways)
    after = destroy_screens.destroyed_text(Destroyed({PLACE: fate}), ways, 1.26)
    assert words in after
    assert "To go on with them" not in after
    assert "`sam-deploy destroy --delete-data Files`" in after


def test_data_of_a_stack_that_was_gone_is_no_stack() -> None:
    """What an earlier `destroy` left, and this one was told to delete."""
    left = Destroyed({PLACE: Fate(PLACE, wiped=(KEPT,))})
    text = destroy_screens.destroyed_text(left, Ways("eu-west-1"), 1.26)
    assert "Destroyed 1 thing that an earlier one left, in 1.3 s" == text


def test_what_stays_fits_a_terminal() -> None:
    """Indented as everything below a heading is, also where a column has no room."""
    farewell = Farewell((Fate(PLACE, "UPDATE_COMPLETE", stays=(KEPT,)),))
    text = destroy_screens.farewell_text(farewell, Ways(), 40)
    assert text == destroy_screens.farewell_text(
        farewell, Ways()
    )  # room for 38 is too little to be used
    assert destroy_screens.farewell_text(farewell, Ways(), 44).split("\n")[3:7] == [
        "  name        type             logical id",
        "  ----------  ---------------  ----------",
        "  shop-files  AWS::S3::Bucket  Files",
        "    region: eu-west-1",
    ]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((), "nothing is in it"),
        (PARTS[5:], "1 resource"),
        (PARTS[:1], "1 function"),
        (PARTS[3:4], "1 event bus"),
    ],
)
def test_resources_are_counted_in_words(parts: tuple[Part, ...], words: str) -> None:
    """One, several, none, and only others."""
    text = destroy_screens.farewell_text(
        Farewell((Fate(PLACE, "UPDATE_COMPLETE", goes=parts),)), Ways()
    )
    assert f"This goes:\n  shop-sam in eu-west-1: {words}" == text


def test_the_way_back_is_said() -> None:
    """What stayed by name, that the names are taken, and how to take it over or be rid of it."""
    fate = Fate(PLACE, "UPDATE_COMPLETE", stays=(KEPT,))
    there = Destroyed({PLACE: fate})
    home = Ways("eu-west-1")
    text = destroy_screens.destroyed_text(Destroyed({PLACE: fate}, 2, ("b",)), home, 1.26)
    assert text.startswith(
        "Destroyed 1 stack in 1 region, 2 layer versions, 1 artifact bucket, in 1.3 s"
    )
    assert "`existing=True` and `physical_name=`" in text
    assert "`aws s3 rb s3://shop-files --region eu-west-1 --force`" in text
    named = replace(home, nameable=frozenset({"Files"}))
    text = destroy_screens.destroyed_text(there, named, 1.26)
    assert "To be rid of one with all it holds: `sam-deploy destroy --delete-data Files`." in text
    assert "aws s3 rb" not in text
    laptop = destroy_screens.destroyed_text(
        there, replace(home, reset="sam-deploy cloud reset"), 1.26
    )
    assert "aws s3 rb" not in laptop
    assert "`sam-deploy cloud reset`" in laptop
    assert "existing=True" not in destroy_screens.destroyed_text(there, Ways("us-east-1"), 1.26)
    template = destroy_screens.destroyed_text(there, replace(home, of_template=True), 1.26)
    assert "existing=True" not in template
    assert "--change-set-type IMPORT" in template
    gone = Destroyed({PLACE: Fate(PLACE, "UPDATE_COMPLETE")})
    nothing = destroy_screens.destroyed_text(gone, home, 1.26)
    assert "Destroyed 1 stack in 1 region, in 1.3 s" == nothing


def test_a_pool_is_gone_on_with_by_its_ids() -> None:
    """It has no name that follows from the config: neither for a deployment nor for `destroy`."""
    pool = Part("People", "eu-west-1_1", "AWS::Cognito::UserPool", "", "", "Retain")
    there = Destroyed({PLACE: Fate(PLACE, "UPDATE_COMPLETE", stays=(pool,))})
    text = destroy_screens.destroyed_text(there, Ways("eu-west-1"), 1.26)
    assert "declare it with `existing_ids=` and `existing_client_ids=`" in text
    assert "`aws cognito-idp delete-user-pool --user-pool-id eu-west-1_1" in text
