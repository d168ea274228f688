from __future__ import annotations

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.template.document import Json, Resource, get_att, to_yaml

VALUES = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(), VALUES))
def test_what_is_written_is_what_is_read(document: dict[str, Json]) -> None:
    """Whatever text a user declares (`yes`, `012`, `a: b`), it comes back as that text."""
    assert document == yaml.safe_load(to_yaml(document))


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(), VALUES))
def test_order_is_kept(document: dict[str, Json]) -> None:
    """Entries stand in the order in which they were put together."""
    assert list(document) == list(yaml.safe_load(to_yaml(document)))


def test_shared_values_are_written_out_twice() -> None:
    """R031: no anchors and no aliases."""
    shared = {"Key": "Project", "Value": "Shop"}
    expected = "a:\n- Key: Project\n  Value: Shop\nb:\n- Key: Project\n  Value: Shop\n"
    assert expected == to_yaml({"a": [shared], "b": [shared]})


def test_account_ids_are_quoted() -> None:
    """074266271188 is text for PyYAML and a number for others."""
    assert "account: '074266271188'\n" == to_yaml({"account": "074266271188"})


def test_a_long_line_is_not_folded() -> None:
    """A folded ARN is hard to search for."""
    assert 1 == to_yaml({"text": "word " * 100 + "end"}).count("\n")


def test_a_resource_shows_its_attributes_before_its_properties() -> None:
    """What holds it back and what becomes of it is read first."""
    resource = Resource("A::B::C", {"D": get_att("E", "Arn")}, ("F",), "RetainExceptOnCreate")
    expected = {
        "Type": "A::B::C",
        "DependsOn": ["F"],
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"D": {"Fn::GetAtt": ["E", "Arn"]}},
    }
    assert list(expected.items()) == list(resource.as_json().items())
