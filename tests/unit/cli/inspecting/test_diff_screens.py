"""What `sam-deploy diff` shows, and its document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.cli.inspecting.diff_command import Compared, deployment
from sam_deploy.cli.inspecting.diff_screens import diff_json, diff_text
from sam_deploy.cli.inspecting.diff_values import full_text, path_text, property_lines, shortened
from sam_deploy.deploy.difference import NEW_LAYER, StackDifference, ValueDifference
from sam_deploy.template.compare.difference import compare
from sam_deploy.template.compare.properties import Member, Property
from sam_deploy.template.compare.replacement import judge
from sam_deploy.template.render import Origin

OLD_KEY, NEW_KEY = f"artifacts/{'1a' * 32}.zip", f"artifacts/{'9f' * 32}.zip"
LAYER = "arn:aws:lambda:{}:123456789012:layer:shop-deps:{}"


def queue(environment: str, **given: Any) -> dict[str, Any]:
    tags = [{"Key": "Environment", "Value": environment}]
    return {"Type": "AWS::SQS::Queue", "Properties": {**given, "Tags": tags}}


def function(memory: int, key: str) -> dict[str, Any]:
    code = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": key}
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {"MemorySize": memory, "CodeUri": code},
    }


OLD = {
    "Resources": {
        "Api": function(256, OLD_KEY),
        "JobsDevQ": queue("dev", QueueName="jobs"),
        "JobsProdQ": queue("prod", VisibilityTimeout=30),
        "OldProdQ": queue("prod"),
    },
    "Outputs": {"Url": {"Value": {"Ref": "Api"}}},
}
NEW = {
    "Resources": {
        "Api": function(512, NEW_KEY),
        "New": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "new"}},
        "JobsDevQ": queue("dev", QueueName="tasks"),
        "JobsProdQ": queue("prod", VisibilityTimeout=60),
    },
    "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["New", "TopicName"]}}},
}
ORIGINS = {
    "Api": Origin('functions["Api"]', 12),
    "JobsDevQ": Origin('queues["Jobs"]', 7, "dev"),
    "JobsProdQ": Origin('queues["Jobs"]', 7, "prod"),
}
ENVIRONMENTS = ("dev", "prod")
REGIONS = ("eu-west-1", "us-east-1")


def layer(region: str, old: int) -> ValueDifference:
    arn = LAYER.format(region, old)
    return ValueDifference("parameter", "DepsLayerArn", arn, NEW_LAYER, ("Api",))


@pytest.fixture(scope="module")
def changed() -> StackDifference:
    """A stack in which everything there is to tell has happened."""
    differences = judge(compare(OLD, NEW, ORIGINS, ENVIRONMENTS), NEW, ORIGINS, ENVIRONMENTS)
    return StackDifference(
        stack="shop-sam",
        region=REGIONS[0],
        environments=ENVIRONMENTS,
        status="UPDATE_COMPLETE",
        deployed=True,
        resources=(("Api", "AWS::Serverless::Function"),),
        differences=differences,
        values=(layer(REGIONS[0], 3), ValueDifference("tag", "Team", None, "web")),
        hidden=("Password",),
    )


def test_a_screen_begins_with_what_is_made_anew_and_ends_with_prod(
    changed: StackDifference,
) -> None:
    """Shared and dev first, prod apart; code by its hash; replacements in words."""
    assert """\
shop-sam in eu-west-1: 1 to replace, 2 to change, 1 to add, 1 to remove, 4 others
  parameter Password is hidden (NoEcho): whether it changes cannot be seen
  replace JobsDevQ (AWS::SQS::Queue)  queues["Jobs"], line 7
    replaces the queue: messages in it are lost
    QueueName: jobs -> tasks
  change Api (AWS::Serverless::Function)  functions["Api"], line 12
    MemorySize: 256 -> 512
    code: 1a1a1a1a -> 9f9f9f9f
  add output Name: !GetAtt New.TopicName
  remove output Url: !Ref Api
  parameter DepsLayerArn: version 3 -> a new version (content changed)
    used by Api
  tag Team: (none) -> web

  shared: 1 change that reaches the users of prod without a promotion
  add New (AWS::SNS::Topic)

  prod: 2 changes that reach its users without a promotion
  change JobsProdQ (AWS::SQS::Queue)  queues["Jobs"], line 7
    VisibilityTimeout: 30 -> 60
  remove OldProdQ (AWS::SQS::Queue)
    removes the queue: messages in it are lost""" == diff_text([changed])


def test_lines_end_between_words_and_what_goes_on_is_further_in(changed: StackDifference) -> None:
    """So that the next change still begins where a change begins."""
    whole, narrow = diff_text([changed]), diff_text([changed], columns=48)
    assert narrow != whole
    assert whole.split() == narrow.split()
    assert not [line for line in narrow.splitlines() if len(line) > 48]
    assert '  change Api (AWS::Serverless::Function)\n      functions["Api"], line 12\n' in narrow


def test_regions_that_differ_alike_are_told_once(changed: StackDifference) -> None:
    """Where only the version of a layer is another one, only that line names its region."""
    other = replace(changed, region=REGIONS[1], values=(layer(REGIONS[1], 3), changed.values[1]))
    assert diff_text([changed, other]) == diff_text([changed]).replace(
        "shop-sam in eu-west-1", "shop-sam in eu-west-1, us-east-1"
    )
    behind = replace(other, values=(layer(REGIONS[1], 1), changed.values[1]))
    lines = diff_text([changed, behind]).splitlines()
    assert "shop-sam in eu-west-1, us-east-1: 1 to replace" in lines[0]
    said = "  parameter DepsLayerArn: version {} -> a new version (content changed)  in {}"
    assert said.format(3, "eu-west-1") in lines
    assert said.format(1, "us-east-1") in lines


def test_a_region_without_the_stack_has_everything_to_create(changed: StackDifference) -> None:
    """Beside one where nothing differs and one where somebody else is at work."""
    none = replace(changed, differences=(), values=(), hidden=())
    text = diff_text(
        [
            none,
            replace(none, region="us-east-1", deployed=False, status=""),
            replace(none, region="us-west-2", status="UPDATE_IN_PROGRESS"),
        ]
    )
    assert (
        """\
shop-sam in eu-west-1: no differences

shop-sam in us-east-1: not deployed: 1 resource to create

shop-sam in us-west-2: no differences
  a deployment is at work on it (UPDATE_IN_PROGRESS): what is compared may change"""
        == text
    )


def test_verbose_shortens_nothing(changed: StackDifference) -> None:
    """What a new resource is, and whole ARNs; of a new stack, every resource."""
    text = diff_text([changed], verbose=True)
    assert "    + TopicName: new\n" in text
    assert LAYER.format("eu-west-1", 3) in text
    new = replace(changed, deployed=False, status="")
    assert "  add Api (AWS::Serverless::Function)" in diff_text([new], verbose=True)


def test_what_follows_a_replacement_names_its_cause() -> None:
    """It has no properties of its own to tell."""
    old: dict[str, Any] = {
        "Q": queue("dev", QueueName="a"),
        "M": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Q", "Arn"]}},
        },
    }
    before, after = {"Resources": old}, {"Resources": old | {"Q": queue("dev", QueueName="b")}}
    found = StackDifference(
        "s",
        "eu-west-1",
        (),
        "",
        deployed=True,
        differences=judge(compare(before, after, {}), after, {}),
    )
    assert "because Q is replaced" in diff_text([found])


def test_the_document_holds_everything_in_full(changed: StackDifference) -> None:
    """Whole values, origins, replacements, and null for an ARN that does not exist yet."""
    document = json.loads(diff_json([changed], "aws"))
    assert ("aws", True) == (document["target"], document["differences"])
    (stack,) = document["stacks"]
    changes = {each["name"]: each for each in stack["changes"]}
    assert {
        "path": "Properties.CodeUri.Key",
        "action": "change",
        "old": OLD_KEY,
        "new": NEW_KEY,
    } == changes["Api"]["properties"][1]
    assert {"path": 'functions["Api"]', "line": 12} == changes["Api"]["origin"]
    assert ("always", ["QueueName"]) == (
        changes["JobsDevQ"]["replacement"],
        changes["JobsDevQ"]["because"],
    )
    assert ("prod", "remove", None) == (
        changes["OldProdQ"]["environment"],
        changes["OldProdQ"]["action"],
        changes["OldProdQ"]["origin"],
    )
    assert NEW["Resources"]["New"] == changes["New"]["new"]
    assert {
        "name": "DepsLayerArn",
        "old": LAYER.format("eu-west-1", 3),
        "new": None,
        "note": NEW_LAYER,
        "used_by": ["Api"],
    } == stack["parameters"][0]
    assert ["Team"] == [each["name"] for each in stack["tags"]]
    assert ["Password"] == stack["hidden_parameters"]


def test_the_document_of_nothing_deployed_lists_what_to_create(changed: StackDifference) -> None:
    """By logical id and type; that alone is a difference."""
    new = replace(changed, deployed=False, status="", differences=(), values=())
    document = json.loads(diff_json([new], "embedded"))
    assert document["differences"] is True
    assert [{"logical_id": "Api", "type": "AWS::Serverless::Function"}] == document["stacks"][0][
        "create"
    ]


def test_a_path_reads_as_it_is_written() -> None:
    """Members by their key, items by their place."""
    keyed, content = Member("Use", keyed=True), Member('"sqs:*"', keyed=False)
    path = ("Properties", "Statement", keyed, "Action", content)
    assert "Properties.Statement[Use].Action" == path_text(path)
    assert "Properties.Layers[1]" == path_text(("Properties", "Layers", 1))


def test_long_values_are_cut_around_their_difference() -> None:
    """What both begin with is left out, so that the difference is in sight."""
    old, new = shortened("a" * 100 + "old", "a" * 100 + "new")
    assert (f"...{'a' * 12}old", f"...{'a' * 12}new") == (old, new)
    assert ("short", "shorter") == shortened("short", "shorter")
    assert all(len(each) <= 63 for each in shortened("a" * 200, "a" * 100))


def test_texts_of_several_lines_are_compared_line_by_line() -> None:
    """As a unified difference, cut after twenty lines unless all are wanted."""
    change = Property(("Properties", "Body"), "change", "one\ntwo\nthree", "one\n2\nthree")
    assert ["Body:", "   one", "  -two", "  +2", "   three"] == list(property_lines(change))
    lines = "\n".join(str(number) for number in range(100))
    long = Property(("Properties", "Body"), "change", "", lines)
    assert 22 == len(list(property_lines(long)))
    assert list(property_lines(long))[-1].startswith("  ... ")
    assert 101 <= len(list(property_lines(long, whole=True)))


def test_json_in_a_text_is_compared_value_by_value() -> None:
    """The body of a dashboard is one long line of it."""
    path = ("Properties", "DashboardBody")
    old, new = (
        {"Fn::Sub": json.dumps({"widgets": ["x" * 80, title], "region": "${AWS::Region}"})}
        for title in ("one", "two")
    )
    change = Property(path, "change", old, new)
    assert [
        "DashboardBody:",
        f'     "{"x" * 80}",',
        '  -  "one"',
        '  +  "two"',
        "    ],",
    ] == list(property_lines(change))
    mixed = Property(path, "change", old, {"Ref": "Body"})
    assert [f"DashboardBody: !Sub {old['Fn::Sub'][:52]}... -> !Ref Body"] == list(
        property_lines(mixed)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        ("", '""'),
        (" edge", '" edge"'),
        ("a\tb", '"a\\tb"'),
        (True, "true"),
        ({"Ref": "A"}, "!Ref A"),
        ({"Fn::Sub": "${A}"}, "!Sub ${A}"),
        ({"Condition": "A"}, "!Condition A"),
        ([{"Fn::GetAtt": ["A", "Arn"]}, 1], "[!GetAtt A.Arn, 1]"),
        ({"A": {"B": "ü"}}, '{A: {B: "ü"}}'),
    ],
)
def test_values_are_said_short(value: Any, text: str) -> None:
    """Functions as YAML writes them; text is quoted only where it would mislead."""
    assert text == full_text(value)


def test_the_next_command_allows_what_it_would_be_refused_without(
    changed: StackDifference,
) -> None:
    """Each name once, whatever the number of regions; queues hold nothing that is guarded."""
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
    gone = {"Orders": table, "Api": function(256, OLD_KEY), "Old": queue("dev")}
    lost = replace(changed, differences=compare({"Resources": gone}, {"Resources": {}}, {}))
    assert "deploy --allow-replace Orders --allow-replace Api" == deployment(
        Compared(), [lost, replace(lost, region=REGIONS[1])]
    )


def test_the_next_command_is_of_what_was_compared(changed: StackDifference) -> None:
    """Feature sets, environment, regions and target go along."""
    compared = Compared(("core",), "qa", REGIONS, "aws")
    assert "deploy core --environment qa --region eu-west-1 --region us-east-1 --target aws" == (
        deployment(compared, [changed])
    )


def test_a_single_change_of_another_environment_reaches_its_users(
    changed: StackDifference,
) -> None:
    """The verb agrees with the number."""
    one = [each for each in changed.differences if each.environment == "prod"][:1]
    text = diff_text([replace(changed, differences=tuple(one))])
    assert "prod: 1 change that reaches its users without a promotion" in text
