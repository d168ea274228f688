from __future__ import annotations

import io
import json
import shlex

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.cli.standing import outputs_screens as screens
from sam_deploy.errors import ConfigError
from sam_deploy.watching.outputs import Outputs

HERE = Outputs("shop-sam", "eu-west-1", "UPDATE_COMPLETE", {"Id": "one", "Name": "same"})
THERE = Outputs("shop-sam", "us-east-1", "UPDATE_COMPLETE", {"Id": "two", "Name": "same"})
NOWHERE = Outputs("shop-sam", "us-west-2")
text = st.text(st.characters(exclude_categories=("C",)), max_size=40)


def test_the_table_has_a_row_for_each_output_and_says_what_is_not_deployed() -> None:
    """Stack, region, name, value."""
    assert [
        "stack     region     output  value",
        "--------  ---------  ------  --------------",
        "shop-sam  eu-west-1  Id      one",
        "shop-sam  eu-west-1  Name    same",
        "shop-sam  us-west-2          (not deployed)",
    ] == screens.outputs_table([HERE, NOWHERE]).splitlines()


def test_json_has_one_object_for_each_stack_and_region() -> None:
    """The status is null where nothing is deployed."""
    found = json.loads(screens.outputs_json([HERE, NOWHERE]))
    assert [("UPDATE_COMPLETE", {"Id": "one", "Name": "same"}), (None, {})] == [
        (each["status"], each["outputs"]) for each in found
    ]


def test_variables_carry_the_region_where_regions_differ() -> None:
    """So that nothing hides behind the last one."""
    assert {"Id_EU_WEST_1": "one", "Id_US_EAST_1": "two", "Name": "same"} == screens.variables(
        [HERE, THERE]
    )
    assert {"Id": "one", "Name": "same"} == screens.variables([HERE, NOWHERE])


def test_two_stacks_of_a_region_with_one_name_are_refused() -> None:
    """A variable has one value; exit code 2."""
    other = Outputs("shop-sam-ams", "eu-west-1", "CREATE_COMPLETE", {"Id": "three"})
    with pytest.raises(ConfigError, match="have an output `Id`"):
        screens.variables([HERE, other])


@given(text)
def test_whatever_an_output_holds_a_shell_and_a_dotenv_file_read_it_back(value: str) -> None:
    """Quotes, dollars and backslashes included; nothing is executed."""
    stack = Outputs("s", "r", "CREATE_COMPLETE", {"Value": value})
    assert ["export", f"Value={value}"] == shlex.split(screens.shell_text([stack]))
    read = dotenv_values(stream=io.StringIO(screens.dotenv_text([stack])))
    assert {"Value": value} == read


def test_bare_values_stand_a_line_each() -> None:
    """For scripts."""
    assert "one\nsame" == screens.bare_values([HERE])
