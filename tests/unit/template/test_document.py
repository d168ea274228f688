from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.template.document import Json, Resource, get_att
from sam_deploy.template.yaml_text import by_pyyaml, to_yaml

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


ODD = st.sampled_from(["yes", "~", "1e3", "0x1f", "1:20", "2024-01-01", "- a", "a: b", "a #b", "é"])
PLAIN = ODD | st.text(st.sampled_from(" -:#?'\"\\\n{}[],&*!|>%@`~=<.019eynö"), max_size=120)
PLAIN_VALUES = st.recursive(
    PLAIN | st.integers() | st.booleans() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(PLAIN, inner),
    max_leaves=20,
)


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(PLAIN, PLAIN_VALUES))
def test_the_text_is_that_of_pyyaml(document: dict[str, Json]) -> None:
    """Every byte: quotes, indents, empty lists, keys that are numbers."""
    assert by_pyyaml(document) == to_yaml(document)


def test_what_is_in_no_template_is_left_to_pyyaml() -> None:
    """Emoji stay what they are, and an empty key keeps its form."""
    assert "a: \U0001f600\n? ''\n: 1\n" == to_yaml({"a": "\U0001f600", "": 1})
