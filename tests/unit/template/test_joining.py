from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from sam_deploy.errors import RefusedError
from sam_deploy.template import Origin, Template
from sam_deploy.template.joining import MARK, Joining, joining
from sam_deploy.template.yaml_text import to_yaml

WHERE = "The deployed template of `shop-sam` in `eu-west-1`"


def function(name: str, *environments: str) -> dict[str, Any]:
    """Return a function's resources, as the template phase writes them."""
    first = f"{name}FirstVersion"
    aliases = {
        f"{name}Alias{each.title()}": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": each,
                "FunctionName": {"Ref": name},
                "FunctionVersion": {"Fn::GetAtt": [first, "Version"]},
            },
        }
        for each in environments
    }
    return {
        name: {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b"}},
        first: {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": name}}},
        **aliases,
    }


def stages(*environments: str) -> dict[str, Any]:
    return {f"{each.title()}Stage": {"Type": "AWS::ApiGatewayV2::Stage"} for each in environments}


def template(resources: dict[str, Any], **sections: Any) -> Template:
    return Template(
        stack_name="shop-sam",
        body=to_yaml({**sections, "Resources": resources}),
        parameters=(),
        layer_parameters={},
        resource_count=len(resources),
        outputs=(),
        origins={
            name: Origin("", environment=each["Properties"]["Name"])
            for name, each in resources.items()
            if each["Type"] == "AWS::Lambda::Alias"
        },
        kinds={name: each["Type"] for name, each in resources.items()},
    )


DEPLOYED = {**function("Api", "dev", "prod"), **stages("dev", "prod")}
WANTED = {**function("Api", "dev", "qa", "prod"), **stages("dev", "qa", "prod")}
WHOLE = template(WANTED)


def found(wanted: Template, live: dict[str, Any], **sections: Any) -> Joining:
    result = joining(wanted, to_yaml({**sections, "Resources": live}), WHERE)
    assert result is not None
    return result


def test_a_stack_that_has_every_alias_is_left_alone() -> None:
    """Whatever else is new in it: a queue of prod is no new prod (C15)."""
    more = template({**DEPLOYED, "JobsProdQ": {"Type": "AWS::SQS::Queue"}})
    assert joining(more, to_yaml({"Resources": DEPLOYED}), WHERE) is None


def test_an_alias_that_is_new_is_added_alone() -> None:
    """C13: neither the stage nor anything else that is new or different comes with it."""
    result = found(WHOLE, DEPLOYED, Description="as before")
    assert (("ApiAliasQa",), ("ApiAliasQa",)) == (result.aliases, result.missing)
    assert {
        "Description": "as before",
        "Resources": {**DEPLOYED, "ApiAliasQa": WANTED["ApiAliasQa"]},
        "Metadata": {MARK: ["ApiAliasQa"]},
    } == yaml.safe_load(result.body)


def test_what_was_added_alone_is_known_by_its_mark() -> None:
    """A process that was killed leaves the mark; nothing is missing then, and nothing is made."""
    alone = yaml.safe_load(found(WHOLE, DEPLOYED).body)
    again = joining(WHOLE, to_yaml(alone), WHERE)
    assert again is not None
    assert (("ApiAliasQa",), ()) == (again.aliases, again.missing)


def test_the_whole_template_takes_the_mark_away() -> None:
    """It has none: the environment has come."""
    assert MARK not in WHOLE.body
    assert joining(WHOLE, WHOLE.body, WHERE) is None


def test_a_second_environment_joins_one_that_has_not_come_yet() -> None:
    """Both are marked, only one is to be made."""
    alone = yaml.safe_load(found(WHOLE, DEPLOYED).body)
    more = template({**function("Api", "dev", "uat", "qa", "prod"), **stages("dev")})
    result = found(more, alone["Resources"], Metadata={**alone["Metadata"], "Own": "kept"})
    assert (("ApiAliasUat", "ApiAliasQa"), ("ApiAliasUat",)) == (result.aliases, result.missing)
    assert {MARK: ["ApiAliasUat", "ApiAliasQa"], "Own": "kept"} == yaml.safe_load(result.body)[
        "Metadata"
    ]


def test_an_environment_that_was_given_up_is_forgotten() -> None:
    """Marked, but no longer in the template: the deployment takes it away."""
    alone = found(WHOLE, DEPLOYED).body
    assert joining(template(DEPLOYED), alone, WHERE) is None


def test_a_function_that_is_new_begins_with_its_first_version_everywhere() -> None:
    """C13: its aliases come with it, in all environments."""
    more = template({**DEPLOYED, **function("Worker", "dev", "prod")})
    assert joining(more, to_yaml({"Resources": DEPLOYED}), WHERE) is None


def test_a_function_that_is_new_with_an_environment_comes_later() -> None:
    """Only aliases of functions that are there can be made alone."""
    more = template({**WANTED, **function("Worker", "dev", "qa", "prod")})
    assert ("ApiAliasQa",) == found(more, DEPLOYED).aliases


def test_an_alias_without_an_environment_is_the_users_own() -> None:
    """A raw resource comes with everything else."""
    own = {"Mine": {**WANTED["ApiAliasQa"], "Properties": {"Name": ""}}}
    assert joining(template({**DEPLOYED, **own}), to_yaml({"Resources": DEPLOYED}), WHERE) is None


def test_the_deployed_template_may_be_json() -> None:
    """The SDK gives what was sent as JSON back as a document."""
    result = joining(WHOLE, json.dumps({"Resources": DEPLOYED}), WHERE)
    assert result is not None
    assert ("ApiAliasQa",) == result.missing
    assert joining(template(DEPLOYED), json.dumps({"Resources": DEPLOYED}), WHERE) is None


def test_letters_that_cloudformation_has_lost_are_put_back() -> None:
    """GetTemplate answers with question marks; sent again, they would change the resource."""
    topic = {"News": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Grüße"}}}
    lost = {"News": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Gr??e"}}}
    result = found(template({**WANTED, **topic}), {**DEPLOYED, **lost})
    assert topic["News"] == yaml.safe_load(result.body)["Resources"]["News"]


def test_what_is_deployed_stays_word_for_word() -> None:
    """One action is not made a list of one: CloudFormation would see a change."""
    policy = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
            },
            "Roles": [{"Fn::GetAtt": "Role.Arn"}, {"Fn::Sub": ["${A}", {}]}],
        },
    }
    live = {**DEPLOYED, "Policy": policy}
    assert policy == yaml.safe_load(found(WHOLE, live).body)["Resources"]["Policy"]


def test_a_deployed_text_that_is_no_template_is_refused() -> None:
    """In words, with where it is."""
    with pytest.raises(RefusedError) as raised:
        joining(WHOLE, "- a\n- b\n", WHERE)
    assert f"{WHERE} cannot be read" == raised.value.what
