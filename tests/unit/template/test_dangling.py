from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam_deploy.template import Origin
from sam_deploy.template.checks import dangling, limits
from sam_deploy.template.compare.reading import from_text

TEMPLATES = Path(__file__).parents[2] / "sam_templates"
SAM = "AWS::Serverless-2016-10-31"


def found(**sections: Any) -> list[tuple[str, str, str]]:
    document = {"Parameters": {"Stage": {}}, **sections}
    return [(e.logical_id, e.where, e.message) for e in dangling.check(document)]


def with_property(value: Any, **more: Any) -> dict[str, Any]:
    return {"Job": {"Type": "X::Y::Z", "Properties": {"Given": [value]}, **more}}


@pytest.mark.parametrize(
    ("value", "where", "message"),
    [
        (
            {"Ref": "Stag"},
            "Given[0].Ref",
            "there is no resource or parameter `Stag`; did you mean `Stage`?",
        ),
        ({"Fn::GetAtt": ["Jub", "Arn"]}, "Given[0].Fn::GetAtt", "there is no resource `Jub`"),
        ({"Fn::GetAtt": "Jub.Arn"}, "Given[0].Fn::GetAtt", "there is no resource `Jub`"),
        ({"Fn::GetAtt": ["Stage", "Arn"]}, "Given[0].Fn::GetAtt", "there is no resource `Stage`"),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}"},
            "Given[0].Fn::Sub",
            "there is no resource or parameter `Bucket`",
        ),
        (
            {"Fn::Sub": ["${Own}-${Other.Arn}", {"Own": "a"}]},
            "Given[0].Fn::Sub",
            "there is no resource or parameter `Other`",
        ),
        (
            {"Ref": "AWS::Regoin"},
            "Given[0].Ref",
            "there is no resource or parameter `AWS::Regoin`; did you mean `AWS::Region`?",
        ),
        ({"Fn::If": ["IsProd", 1, 2]}, "Given[0].Fn::If", "there is no condition `IsProd`"),
        (
            {"Fn::Join": ["-", ["a", {"Ref": "Gone"}]]},
            "Given[0].Fn::Join[1][1].Ref",
            "there is no resource or parameter `Gone`",
        ),
    ],
)
def test_a_reference_to_nothing_is_found_with_its_place(
    value: Any, where: str, message: str
) -> None:
    """Every function that names something, wherever it stands (R035)."""
    ((logical_id, place, told),) = found(Resources=with_property(value))
    assert ("Job", where) == (logical_id, place)
    assert told.startswith(message)


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Stage"},
        {"Ref": "Job"},
        {"Ref": "AWS::NoValue"},
        {"Fn::GetAtt": ["Job", "Arn"]},
        {"Fn::Sub": "${Job}-${Job.Arn}-${AWS::Region}-${!Literal}"},
        {"Fn::Sub": ["${Own}", {"Own": {"Ref": "Stage"}}]},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
        {"Condition": "text in a property that is called so"},
        {"Fn::ImportValue": "other"},
    ],
)
def test_what_is_there_is_not_found(value: Any) -> None:
    """Parameters, resources, pseudo parameters, own variables, and texts that refer to nothing."""
    assert [] == found(Resources=with_property(value))


def test_attributes_conditions_and_outputs_refer_too() -> None:
    """DependsOn in both forms, Condition of a resource and of an output, one in another."""
    expected = [
        ("Job", "DependsOn", "there is no resource `Gone`"),
        ("Job", "Condition", "there is no condition `Never`"),
        ("", "Outputs.O.Condition", "there is no condition `Nor`"),
        ("", "Outputs.O.Value.Ref", "there is no resource or parameter `Lost`"),
        ("", "Conditions.C.Fn::Not[0].Condition", "there is no condition `Other`"),
    ]
    actual = found(
        Resources=with_property(1, DependsOn=["Job", "Gone"], Condition="Never"),
        Outputs={"O": {"Condition": "Nor", "Value": {"Ref": "Lost"}}},
        Conditions={"C": {"Fn::Not": [{"Condition": "Other"}]}},
    )
    assert expected == actual
    single = found(Resources=with_property(1, DependsOn="Gone"))
    assert [("Job", "DependsOn", "there is no resource `Gone`")] == single


def test_a_mapping_is_looked_up() -> None:
    """A slip in its name is told with the nearest."""
    value = {"Fn::FindInMap": ["Regoins", "a", "b"]}
    (told,) = found(Resources=with_property(value), Mappings={"Regions": {}})
    assert "there is no mapping `Regoins`; did you mean `Regions`?" == told[2]


def test_what_sam_makes_is_there() -> None:
    """A function's role and versions, an implicit API; without the transform they are not."""
    resources = {
        "Api": {"Type": "AWS::Serverless::Function"},
        **with_property({"Fn::Sub": "${ApiRole.Arn} ${Api.Version} ${ServerlessRestApi}"}),
    }
    assert [] == found(Transform=SAM, Resources=resources)
    assert ["ApiRole", "ServerlessRestApi"] == [
        message.split("`")[1] for _, _, message in found(Resources=resources)
    ]


@pytest.mark.parametrize(
    "sections",
    [
        {"Transform": ["AWS::LanguageExtensions", "MyMacro"]},
        {"Transform": [{"Name": "AWS::Include"}]},
        {"Mappings": {"Fn::Transform": {"Name": "AWS::Include"}}},
    ],
)
def test_a_template_whose_macros_make_names_is_left_to_cloudformation(
    sections: dict[str, Any],
) -> None:
    """What they make cannot be known here."""
    assert [] == found(Resources=with_property({"Ref": "Made"}), **sections)


def test_a_finding_says_what_in_the_configuration_caused_it() -> None:
    """First the line and the declaration, then the logical id."""
    document = {"Resources": with_property({"Ref": "Gone"})}
    (told,) = dangling.check(document, {"Job": Origin('functions["Job"]', 12)})
    assert (
        'deploy.py:12: functions["Job"] (Job.Given[0].Ref): '
        "there is no resource or parameter `Gone` (dangling-reference)"
    ) == str(told)
    assert told.blocks


def test_valid_templates_of_others_have_nothing_dangling_and_are_within_limits() -> None:
    """What the SAM translator accepts, these checks accept, implicit names and loops included."""
    files = [
        each for each in sorted(TEMPLATES.glob("*/template.*")) if each.parent.name != "refused"
    ]
    assert 50 < len(files)
    documents = {each.parent.name: from_text(each.read_text("utf-8"), each.name) for each in files}
    for check in (dangling.check, limits.check):
        found = {name: check(document) for name, document in documents.items()}
        assert {} == {name: list(map(str, each)) for name, each in found.items() if each}
