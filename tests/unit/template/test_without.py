from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from sam_deploy import App, Firewall, Function, RestApi, Route
from sam_deploy.errors import ConfigError
from sam_deploy.template import Template, without

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
GROUP = {"Type": "AWS::IAM::Group", "Properties": {}}


def template(resources: dict[str, Any], **sections: Any) -> Template:
    return Template(
        stack_name="shop",
        body=yaml.safe_dump({"Resources": resources, **sections}),
        parameters=("Zone",),
        layer_parameters={},
        resource_count=len(resources),
        outputs=tuple(sections.get("Outputs", ())),
    )


def left(found: Template) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(found.body)
    return document


def test_a_place_that_knows_everything_gets_the_template_as_it_is() -> None:
    """Not even the text is written anew."""
    whole = template({"Team": GROUP})
    assert (whole, ()) == without(whole, ())
    assert (whole, ()) == without(whole, {"AWS::SSM::Document"})


def test_what_a_place_does_not_know_is_left_out_and_named() -> None:
    """The rest stays word for word, and the count is right."""
    whole = template({"Team": GROUP, "News": TOPIC})
    found, dropped = without(whole, {"AWS::IAM::Group"})
    assert (("Team", "AWS::IAM::Group"),) == dropped
    assert {"Resources": {"News": TOPIC}} == left(found)
    assert (1, ("Zone",)) == (found.resource_count, found.parameters)


def test_a_star_stands_for_every_type_of_a_service() -> None:
    """And for no other service's."""
    kinds = ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::SNS::Topic")
    whole = template({f"A{number}": {"Type": kind} for number, kind in enumerate(kinds)})
    _, dropped = without(whole, {"AWS::CodeDeploy::*"})
    assert ["A0", "A1"] == [name for name, _ in dropped]


def test_outputs_that_tell_of_it_and_waiting_for_it_go_too() -> None:
    """Nothing waits for what never comes, and other waiting stays."""
    whole = template(
        {
            "Team": GROUP,
            "News": TOPIC | {"DependsOn": ["Team"]},
            "More": TOPIC | {"DependsOn": ["Team", "News"]},
        },
        Outputs={
            "TeamArn": {"Value": {"Fn::GetAtt": ["Team", "Arn"]}},
            "TeamText": {"Value": {"Fn::Sub": "${Team} and ${AWS::Region}"}},
            "NewsArn": {"Value": {"Ref": "News"}},
        },
    )
    found, _ = without(whole, {"AWS::IAM::Group"})
    document = left(found)
    assert {"NewsArn": {"Value": {"Ref": "News"}}} == document["Outputs"]
    assert ("NewsArn",) == found.outputs
    assert {"News": TOPIC, "More": TOPIC | {"DependsOn": ["News"]}} == document["Resources"]


def test_a_condition_goes_with_the_last_one_that_had_it() -> None:
    """One that others have stays, and one that never had anybody is none of our business."""
    equals = {"Fn::Equals": [{"Ref": "Zone"}, ""]}
    whole = template(
        {"Team": GROUP | {"Condition": "Mine"}, "News": TOPIC | {"Condition": "Both"}},
        Conditions={"Mine": equals, "Both": equals, "Unused": equals},
    )
    found, _ = without(whole, {"AWS::IAM::Group"})
    assert ["Both", "Unused"] == sorted(left(found)["Conditions"])


def test_it_is_refused_when_something_else_needs_it() -> None:
    """A stack that would be another than the user's is not made: each need is named."""
    policy = {"Type": "AWS::IAM::Policy", "Properties": {"Groups": [{"Ref": "Team"}]}}
    whole = template({"Team": GROUP, "Rights": policy})
    with pytest.raises(ConfigError) as caught:
        without(whole, {"AWS::IAM::Group"})
    assert ("`Rights` needs `Team` (AWS::IAM::Group)",) == caught.value.problems


def test_the_short_form_of_other_peoples_templates_is_understood() -> None:
    """`!Ref` and `!GetAtt` count as needs and as outputs like the long form."""
    body = """
Resources:
  Team: {Type: "AWS::IAM::Group"}
  News: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !Sub "News ${AWS::Region}"}}
Outputs:
  TeamArn: {Value: !GetAtt Team.Arn}
"""
    whole = Template("shop", body, (), {}, 2, ("TeamArn",))
    document = left(without(whole, {"AWS::IAM::Group"})[0])
    assert "Outputs" not in document
    name = {"DisplayName": {"Fn::Sub": "News ${AWS::Region}"}}
    assert {"News": TOPIC | {"Properties": name}} == document["Resources"]


def test_a_firewall_is_left_out_where_it_cannot_be_attached(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The web ACL stays, what attaches it goes, and so does its origin."""
    functions = [Function("Orders", source="o", routes=[Route("GET", "/orders")])]
    app = make_app(functions=functions, rest_api=RestApi(firewall=Firewall()))
    rendered = render_app(app)
    found, dropped = without(rendered.template, {"AWS::WAFv2::WebACLAssociation"})
    names = {"ApiRestApiDevFirewall", "ApiRestApiProdFirewall"}
    assert names == {name for name, _ in dropped}
    assert rendered.resources == left(found)["Resources"] | {
        name: rendered.resources[name] for name in names
    }
    assert set() == names & set(found.origins)
    assert rendered.template.outputs == found.outputs
