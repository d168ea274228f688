"""The escape hatch: raw resources merged into the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, FeatureSet, Function, Queue
from sam_deploy.errors import ConfigError
from sam_deploy.template.raw import overlaid

Make = Callable[..., App]
Render = Callable[..., Any]
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST"}}


def test_a_new_resource_is_added_as_it_is(make_app: Make, render_app: Render) -> None:
    """With its outputs, into the first feature set's stack only."""
    app = make_app(resources={"Own": TABLE}, outputs={"OwnName": {"Value": {"Ref": "Own"}}})
    rendered = render_app(app)
    assert TABLE == rendered.resources["Own"]
    assert {"Value": {"Ref": "Own"}} == rendered.document["Outputs"]["OwnName"]
    assert 'resources["Own"]' == rendered.template.origins["Own"].path
    assert "AWS::DynamoDB::Table" == rendered.template.kinds["Own"]
    assert "Own" not in render_app(app, "extra").document.get("Resources", {})


def test_a_feature_set_has_an_escape_hatch_of_its_own(make_app: Make, render_app: Render) -> None:
    """For the stacks that are not the first."""
    sets = [
        FeatureSet("core", regions=["eu-west-1"]),
        FeatureSet("extra", regions=["us-east-1"], resources={"Own": TABLE}),
    ]
    assert TABLE == render_app(make_app(feature_sets=sets), "extra").resources["Own"]


def test_of_ours_only_what_is_given_changes(make_app: Make, render_app: Render) -> None:
    """Property by property; the rest stays as it is rendered."""
    change = {"Properties": {"MaximumMessageSize": 1024, "VisibilityTimeout": 60}}
    app = make_app(queues=[Queue("Orders")])
    changed = make_app(queues=[Queue("Orders")], resources={"OrdersDevQ": change})
    before, after = render_app(app).properties("OrdersDevQ"), render_app(changed)
    assert before | change["Properties"] == after.properties("OrdersDevQ")
    assert render_app(app).resources["OrdersProdQ"] == after.resources["OrdersProdQ"]


def test_a_function_of_cloudformation_is_replaced_as_a_whole() -> None:
    """`Fn::Sub` merged with `Ref` would be neither."""
    assert {"Ref": "B"} == overlaid({"Fn::Sub": "a"}, {"Ref": "B"})
    ours, theirs = {"A": {"x": 1}, "C": [1]}, {"A": {"Ref": "B"}, "C": [2]}
    assert theirs == overlaid(ours, theirs)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"Own": {"Properties": {}}}, 'resources["Own"]: has no `Type`'),
        ({"Own": "text"}, "resources[\"Own\"]: is 'text', not a resource"),
        (
            {"own-table": TABLE},
            'resources["own-table"]: a logical id is letters and digits only',
        ),
        (
            {"JobFunctionAliasProd": {"Properties": {"FunctionVersion": "3"}}},
            (
                'resources["JobFunctionAliasProd"]: is AWS::Lambda::Alias, which releases move '
                "and no template may change"
            ),
        ),
        (
            {"JobFunction": TABLE},
            (
                'resources["JobFunction"]: is AWS::Serverless::Function here and cannot become '
                "AWS::DynamoDB::Table"
            ),
        ),
    ],
)
def test_what_cannot_be_merged_is_refused(
    make_app: Make, render_app: Render, raw: dict[str, Any], expected: str
) -> None:
    """C16: what releases move stays; everything else is told in one go."""
    app = make_app(functions=[Function("Job", source="job")], resources=raw)
    with pytest.raises(ConfigError) as raised:
        render_app(app)
    (problem,) = raised.value.problems
    line, _, told = problem.partition(": ")
    assert expected == told
    assert line.startswith("deploy.py:")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"Value": {"Ref": "Own"}}, 'outputs["Value"]: must be a mapping with a `Value`'),
        ({"Url": "text"}, 'outputs["Url"]: must be a mapping with a `Value`'),
        ({"a-b": {"Value": "x"}}, 'outputs["a-b"]: an output\'s name is letters and digits only'),
    ],
)
def test_what_is_no_output_is_refused(
    make_app: Make, render_app: Render, raw: dict[str, Any], expected: str
) -> None:
    """Each with its path: CloudFormation would only say that the template is wrong."""
    with pytest.raises(ConfigError) as raised:
        render_app(make_app(outputs=raw))
    assert [expected] == [each.partition("].")[2] or each for each in raised.value.problems]
