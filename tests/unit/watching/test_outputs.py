from __future__ import annotations

from sam_deploy.watching.outputs import Outputs, named, of_environment

VALUES = {
    "ApiHttpApiId": "id",
    "ApiHttpApiDevUrl": "d",
    "ApiHttpApiProdUrl": "p",
    "DevicesTableName": "t",
    "JobsProdQUrl": "q",
}


def test_an_environment_sees_its_own_outputs_and_the_shared_ones() -> None:
    """`Devices` begins like `Dev`, and is another word."""
    stack = Outputs("shop-sam", "eu-west-1", "CREATE_COMPLETE", VALUES)
    (prod,) = of_environment([stack], "prod", ["dev", "prod"])
    assert ["ApiHttpApiId", "ApiHttpApiProdUrl", "DevicesTableName", "JobsProdQUrl"] == list(
        prod.values
    )
    assert [stack] == of_environment([stack], "dev", ["dev"])


def test_one_output_is_that_of_every_stack_that_has_it() -> None:
    """Stacks without it are left out."""
    one = Outputs("a", "eu-west-1", "CREATE_COMPLETE", VALUES)
    two = Outputs("b", "eu-west-1", "CREATE_COMPLETE", {"Other": "x"})
    assert [{"ApiHttpApiId": "id"}] == [each.values for each in named([one, two], "ApiHttpApiId")]


def test_a_stack_is_deployed_when_there_is_one_with_resources() -> None:
    """A deleted one, or one that has but a change set, is none."""
    states = ["", "DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_COMPLETE"]
    assert [False, False, False, True, True] == [Outputs("a", "r", s).deployed for s in states]
