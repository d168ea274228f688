from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.sam.values import NO_VALUE, Open, Values

VALUES = Values(
    parameters={
        "Stage": {"Type": "String", "Default": "dev"},
        "Bare": {"Type": "String"},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Secret": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
    },
    mappings={"Sizes": {"dev": {"Arch": "arm64"}}},
    conditions={
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
        "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        "Either": {"Fn::Or": [{"Condition": "Here"}, {"Condition": "IsDev"}]},
        "Both": {"Fn::And": [{"Condition": "Here"}, {"Condition": "IsProd"}]},
        "Round": {"Condition": "Round"},
    },
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "List"}, ["a", "b"]),
        ({"Ref": "AWS::NoValue"}, NO_VALUE),
        ([{"Ref": "AWS::NoValue"}, {"Ref": "Stage"}], ["dev"]),
        ({"Fn::Sub": "x-${Stage}-${!Kept}"}, "x-dev-${Kept}"),
        ({"Fn::Sub": ["${A}", {"A": {"Ref": "Stage"}}]}, "dev"),
        ({"Fn::If": ["IsDev", "one", "other"]}, "one"),
        ({"Fn::If": ["IsProd", "one", "other"]}, "other"),
        ({"Fn::If": ["Either", "one", "other"]}, "one"),
        ({"Fn::If": ["Both", "one", "other"]}, "other"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Arch"]}, "arm64"),
        ({"Fn::FindInMap": ["Sizes", "none", "Arch", {"DefaultValue": "x"}]}, "x"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"A": {"Ref": "Stage"}}, {"A": "dev"}),
    ],
)
def test_what_follows_from_parameters_is_known(value: Any, expected: Any) -> None:
    """Parameters, mappings and conditions that need no AWS are worked out before a deployment."""
    assert expected == VALUES.of(value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"Ref": "AWS::Region"}, "`AWS::Region` is known only on AWS"),
        ({"Ref": "Bare"}, "parameter `Bare` has no value"),
        ({"Ref": "Secret"}, "parameter `Secret` is read from Parameter Store"),
        ({"Fn::If": ["Here", "a", "b"]}, "`AWS::Region` is known only on AWS"),
        ({"Fn::If": ["Nowhere", "a", "b"]}, "there is no condition `Nowhere`"),
        ({"Fn::If": ["Round", "a", "b"]}, "it is nested too deep, or refers to itself"),
        ({"Fn::If": ["IsDev"]}, "`Fn::If` takes a condition and two values"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "`Fn::GetAtt` is worked out on AWS"),
        ({"Fn::FindInMap": ["Sizes", "none", "Arch"]}, "mapping `Sizes` has no such value"),
        ({"Fn::Select": ["7", ["a"]]}, "there are fewer values"),
        ({"Fn::Join": "x"}, "`Fn::Join` is not written as it should be"),
        ({"A": [{"Ref": "Bare"}]}, "parameter `Bare` has no value"),
    ],
)
def test_what_only_aws_knows_stays_open_with_a_reason(value: Any, why: str) -> None:
    """A value that is not known here says why, so that the mistake can say what to do."""
    assert Open(why) == VALUES.of(value)


def test_an_override_beats_the_default() -> None:
    """`--parameter-overrides` decide conditions, too."""
    values = Values(VALUES.parameters, {"Stage": "prod"}, {}, VALUES.conditions)
    assert ("prod", "a") == (
        values.of({"Ref": "Stage"}),
        values.of({"Fn::If": ["IsProd", "a", "b"]}),
    )


def test_a_loop_s_variable_is_open() -> None:
    """In `Fn::ForEach` a text with the variable is another one in each turn."""
    values = Values(loop_variables=frozenset({"Name"}))
    for value in ("functions/${Name}", {"Ref": "Name"}, {"Fn::Sub": "x/${Name}"}, "x&{Name}"):
        assert isinstance(values.of(value), Open)
    assert "functions/shared" == values.of("functions/shared")
