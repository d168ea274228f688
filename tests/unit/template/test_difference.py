"""What differs between two templates, and what only seems to."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.template.compare.difference import HEAD, Difference, compare
from sam_deploy.template.compare.properties import (
    KEYED,
    Member,
    Path,
    Property,
    canonical,
    properties,
    same,
)

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}


def resources(**found: Any) -> dict[str, Any]:
    return {"Resources": found}


def queue(**given: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": given}


def only(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    (found,) = compare(old, new, {})
    return found


def test_a_changed_property_has_its_path_and_both_values() -> None:
    """The rest of the resource is not mentioned."""
    found = only(
        resources(Jobs=queue(VisibilityTimeout=30, DelaySeconds=1)),
        resources(Jobs=queue(VisibilityTimeout=60, DelaySeconds=1)),
    )
    assert ("Resources", "Jobs", "change", "AWS::SQS::Queue") == (
        found.section,
        found.name,
        found.action,
        found.kind,
    )
    assert (Property(("Properties", "VisibilityTimeout"), "change", 30, 60),) == found.properties


def test_what_is_new_and_what_is_gone_is_told_whole() -> None:
    """First what is new, in the order of the template, then what is gone."""
    found = compare(resources(Old=QUEUE), resources(First=QUEUE, Second=QUEUE), {})
    assert [
        Difference("Resources", "First", "add", None, QUEUE),
        Difference("Resources", "Second", "add", None, QUEUE),
        Difference("Resources", "Old", "remove", QUEUE, None),
    ] == list(found)


@pytest.mark.parametrize(
    "section", ["Parameters", "Globals", "Mappings", "Conditions", "Rules", "Outputs"]
)
def test_every_section_is_compared_entry_by_entry(section: str) -> None:
    """One entry is new, one is gone, one is not as it was."""
    found = compare(
        {section: {"Same": {"A": 1}, "Gone": {}, "Other": {"A": 1}}},
        {section: {"Same": {"A": 1}, "New": {}, "Other": {"A": 2}}},
        {},
    )
    assert [("New", "add"), ("Other", "change"), ("Gone", "remove")] == [
        (each.name, each.action) for each in found
    ]
    assert {section} == {each.section for each in found}


def test_the_head_of_a_template_counts() -> None:
    """Its description is no entry of a section."""
    found = only({"Description": "a"}, {"Description": "b"})
    assert (HEAD, "Description", (Property((), "change", "a", "b"),)) == (
        found.section,
        found.name,
        found.properties,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"A": 1, "B": 2}, {"B": 2, "A": 1}),
        ({"A": 900}, {"A": "900"}),
        ({"A": True}, {"A": "true"}),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
            {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]},
        ),
        ({"SecurityGroupIds": ["a", "b"]}, {"SecurityGroupIds": ["b", "a"]}),
        ({"DependsOn": ["a", "b"]}, {"DependsOn": ["b", "a"]}),
        (
            {"Statement": [{"Action": ["a", "b"]}, {"Action": ["c"]}]},
            {"Statement": [{"Action": ["c"]}, {"Action": ["b", "a"]}]},
        ),
        (
            {"Statement": [{"Principal": {"AWS": ["1", "2"]}}]},
            {"Statement": [{"Principal": {"AWS": ["2", "1"]}}]},
        ),
    ],
)
def test_what_means_the_same_is_no_difference(old: Any, new: Any) -> None:
    """Order of keys, tags, policies and security groups; numbers and booleans as text."""
    assert ((), True) == (properties(old, new), same(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Layers": ["a", "b"]}, {"Layers": ["b", "a"]}),
        ({"A": 1}, {"A": True}),
        ({"A": None}, {"A": "null"}),
        ({"A": ""}, {"A": []}),
        (
            {"Statement": [{"Resource": [{"Fn::Join": ["", ["a", "b"]]}]}]},
            {"Statement": [{"Resource": [{"Fn::Join": ["", ["b", "a"]]}]}]},
        ),
    ],
)
def test_what_means_something_else_is_a_difference(old: Any, new: Any) -> None:
    """The order of layers and of a function's arguments; 1 is not true."""
    assert properties(old, new)
    assert not same(old, new)


def test_a_tag_is_called_by_its_key() -> None:
    """Only the value that changed is told, wherever the tag stands."""
    old = {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}
    new = {"Tags": [{"Key": "c", "Value": "3"}, {"Key": "a", "Value": "9"}]}
    assert [
        Property(("Tags", Member("a", keyed=True), "Value"), "change", "1", "9"),
        Property(("Tags", Member("b", keyed=True)), "remove", {"Key": "b", "Value": "2"}, None),
        Property(("Tags", Member("c", keyed=True)), "add", None, {"Key": "c", "Value": "3"}),
    ] == sorted(properties(old, new), key=lambda each: str(each.path[1]))


def test_an_action_that_a_policy_gains_is_told_alone() -> None:
    """The statement is found by its Sid, the action by itself."""
    old = {"Statement": [{"Sid": "Use", "Action": ["sqs:ReceiveMessage"]}]}
    new = {"Statement": [{"Sid": "Use", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]}]}
    (found,) = properties(old, new)
    assert ("add", None, "sqs:SendMessage") == (found.action, found.old, found.new)
    assert ("Statement", Member("Use", keyed=True), "Action") == found.path[:3]


def test_a_function_is_compared_as_a_whole() -> None:
    """A reference instead of a text is one change, not an addition and a removal."""
    old, new = {"Name": {"Ref": "A"}}, {"Name": {"Fn::GetAtt": ["A", "Name"]}}
    assert (
        Property(("Name",), "change", {"Ref": "A"}, {"Fn::GetAtt": ["A", "Name"]}),
    ) == properties(old, new)


def test_an_item_put_in_front_of_a_list_does_not_move_the_others() -> None:
    """Lists with an order are compared from both ends."""
    assert (Property(("Layers", 0), "add", None, "new"),) == properties(
        {"Layers": ["a", "b"]}, {"Layers": ["new", "a", "b"]}
    )
    assert (Property(("Layers", 1), "remove", "b", None),) == properties(
        {"Layers": ["a", "b", "c"]}, {"Layers": ["a", "c"]}
    )


KEYS = st.sampled_from(["A", "B", "Key", "Sid", "Fn::Sub", "Ref", *KEYED, "DependsOn", "Layers"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", "true", "1", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["Resources", "Outputs", "Parameters", "Description"]),
    st.dictionaries(st.sampled_from(["One", "Two", "Tags"]), VALUES, max_size=3),
)


@given(DOCUMENTS)
def test_a_template_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    """Whatever it holds, and however its keys are ordered."""
    turned = dict(reversed(list(copy.deepcopy(document).items())))
    assert () == compare(document, turned, {})


@given(DOCUMENTS, DOCUMENTS)
def test_the_differences_lead_from_one_template_to_the_other(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Following every one of them makes the older template mean what the newer one does."""
    assert canonical(_without_nothing(new)) == canonical(
        _without_nothing(followed(old, compare(old, new, {})))
    )


def _without_nothing(document: dict[str, Any]) -> dict[str, Any]:
    """An empty section is none."""
    return {name: each for name, each in document.items() if each or name == "Description"}


def followed(old: dict[str, Any], differences: tuple[Difference, ...]) -> dict[str, Any]:
    made = copy.deepcopy(old)
    for each in differences:
        section = made if each.section == HEAD else made.setdefault(each.section, {})
        if each.action == "remove":
            del section[each.name]
        elif each.action == "add":
            section[each.name] = each.new
        else:
            for change in each.properties:
                section[each.name] = _followed(section[each.name], change.path, change, "")
    return made


def _followed(value: Any, path: Path, change: Property, name: str) -> Any:
    """Return `value` after one change, at the end of `path` below it."""
    if not path:
        return change.new
    step, rest = path[0], path[1:]
    if isinstance(step, Member):
        return _member(value, step, rest, change, name)
    if rest or change.action == "change":
        value[step] = _followed(value[step], rest, change, str(step))
    elif change.action == "remove":
        del value[step]
    elif isinstance(value, list):
        value.insert(step, change.new)
    else:
        value[step] = change.new
    return value


def _member(value: list[Any], step: Member, rest: Path, change: Property, name: str) -> list[Any]:
    def called(each: Any) -> bool:
        if step.keyed:
            return isinstance(each, dict) and each.get(KEYED[name]) == step.name
        # in a policy a list of a list is a set as well: compared by what is in it
        return change.action == "remove" and canonical({"Statement": [each]}) == canonical(
            {"Statement": [change.old]}
        )

    if change.action == "add" and not rest:
        return [*value, change.new]
    if change.action == "remove" and not rest:
        return [each for each in value if not called(each)]
    return [_followed(each, rest, change, "") if called(each) else each for each in value]
