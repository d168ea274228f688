"""A manifest that was written down is the same value when it is read, or is not read at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.manifest import FunctionWork, Manifest, Provenance, only, read, write
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Archive, Layer, Needs
from sam_deploy.template import Origin, Template

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MANY = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.integers(min_value=0, max_value=2**53)
NAMES = st.dictionaries(TEXT, TEXT, max_size=3)


def several(each: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(each, max_size=2).map(tuple)


STACKS = st.builds(
    StackPlan, TEXT, TEXT, MANY, MANY, TEXT, st.sampled_from(["shared", "isolated", "local"])
)
ORIGINS = st.dictionaries(TEXT, st.builds(Origin, TEXT, NUMBER, TEXT), max_size=2)
TEMPLATES = st.builds(Template, TEXT, TEXT, MANY, NAMES, NUMBER, MANY, ORIGINS, NAMES, NAMES)
NEEDS = st.builds(
    Needs,
    TEXT,
    TEXT,
    MANY,
    several(st.builds(Archive, TEXT, TEXT, TEXT, TEXT, NUMBER, TEXT)),
    several(st.builds(Layer, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)),
)
FUNCTIONS = st.builds(
    FunctionWork,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    object_key=TEXT,
    aliases=NAMES,
    provisioned=st.dictionaries(TEXT, NUMBER, max_size=2),
)
MANIFESTS = st.builds(
    Manifest,
    TEXT,
    TEXT,
    TEXT,
    several(STACKS),
    st.dictionaries(TEXT, TEMPLATES, max_size=2),
    NEEDS,
    several(FUNCTIONS),
    st.dictionaries(TEXT, st.none() | TEXT, max_size=3),
    NAMES,
    MANY,
    st.builds(Provenance, TEXT, TEXT, TEXT, st.booleans()),
)
SMALL = Manifest(
    name="shop",
    home_region="eu-west-1",
    environment="dev",
    stacks=(StackPlan("shop-sam", "core", ("eu-west-1", "us-east-1"), ("dev", "prod")),),
    templates={"shop-sam": Template("shop-sam", "Resources: {}\n", (), {}, 0, ())},
    needs=Needs("shop", "eu-west-1", ("eu-west-1",), (), ()),
    functions=(FunctionWork("shop-sam", "Api", "ApiFunction", "q80="),),
    predecessors={"prod": "dev", "dev": None},
)


@settings(max_examples=25, deadline=None)
@given(MANIFESTS)
def test_what_was_written_is_read_as_the_same_value(made: Manifest) -> None:
    """Whoever goes on with it elsewhere does exactly what was meant."""
    text = write(made)
    assert made == read(text, "the manifest")
    assert made == read(text.encode(), "the manifest")
    assert text == write(read(text, "the manifest"))


def test_the_order_of_the_environments_does_not_matter_to_the_text() -> None:
    """The same value is the same text: its hash names it in the bucket."""
    turned = dict(reversed(SMALL.predecessors.items()))
    assert write(SMALL) == write(
        Manifest(**{**{n: getattr(SMALL, n) for n in SMALL.__slots__}, "predecessors": turned})
    )


@pytest.mark.fault(51)
def test_a_manifest_that_is_cut_off_is_refused_wherever_it_is_cut() -> None:
    """Fault 51: exit code 5 with where it lies; nothing is guessed."""
    text = write(SMALL)
    for length in range(len(text)):
        with pytest.raises(RefusedError) as raised:
            read(text[:length], "The manifest `m.json`")
        assert "The manifest `m.json` cannot be read" == raised.value.what


@pytest.mark.parametrize("schema", [0, 2, "1", None])
@pytest.mark.fault(51)
def test_a_manifest_of_another_version_is_refused(schema: object) -> None:
    """Fault 51: which version it wants, and what to do."""
    text = json.dumps(json.loads(write(SMALL)) | {"schema": schema})
    with pytest.raises(RefusedError) as raised:
        read(text, "The manifest")
    assert f"its schema is {schema}; this version reads 1" == raised.value.why


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"schema": 1}', b"\xff\xfe"])
@pytest.mark.fault(51)
def test_what_is_no_manifest_is_refused(text: str | bytes) -> None:
    """Fault 51: never a traceback."""
    with pytest.raises(RefusedError):
        read(text, "The manifest")


@pytest.mark.parametrize("field", ["name", "stacks", "templates", "needs"])
@pytest.mark.fault(51)
def test_a_manifest_without_one_of_its_parts_is_refused(field: str) -> None:
    """Fault 51: an empty one is not put in its place."""
    document = json.loads(write(SMALL))
    del document["manifest"][field]
    with pytest.raises(RefusedError):
        read(json.dumps(document), "The manifest")


def test_places_and_regions_are_in_the_order_of_the_stacks() -> None:
    """The gatekeeper first, each region once."""
    two = StackPlan("shop-extra", "extra", ("us-east-1",), ("dev",))
    made = Manifest(
        "shop", "eu-west-1", "dev", (*SMALL.stacks, two), {}, SMALL.needs, SMALL.functions
    )
    assert ("eu-west-1", "us-east-1") == made.regions
    assert (
        ("shop-sam", "eu-west-1"),
        ("shop-sam", "us-east-1"),
        ("shop-extra", "us-east-1"),
    ) == made.places
    assert ((), SMALL.functions) == (made.functions_of("shop-extra"), made.functions_of("shop-sam"))


def test_no_hidden_value_is_written_down() -> None:
    """A NoEcho value is in no manifest; what reads it knows that one is missing."""
    values = {"Secret": "hush-hush", "Size": "1"}
    template = replace(SMALL.templates["shop-sam"], values=values, hidden=("Secret",))
    text = write(replace(SMALL, templates={"shop-sam": template}))
    assert "hush-hush" not in text
    found = read(text, "the manifest").templates["shop-sam"]
    assert ({"Size": "1"}, ("Secret",)) == (found.values, found.hidden)


def test_the_part_of_a_feature_set_and_a_region_must_not_be_empty() -> None:
    """Each is known, and the stack of the one does not go to the other: exit 2, nothing is done."""
    extra = StackPlan("shop-extra", "extra", ("us-east-1",), ("dev",))
    templates = {**SMALL.templates, "shop-extra": SMALL.templates["shop-sam"]}
    made = replace(SMALL, stacks=(*SMALL.stacks, extra), templates=templates)
    with pytest.raises(ConfigError) as raised:
        only(made, ("extra",), ("eu-west-1",))
    assert "extra is not deployed to eu-west-1" == raised.value.what
    assert "no stack is left when both are asked for" == raised.value.why
    assert (("shop-extra", "us-east-1"),) == only(made, ("extra",), ("us-east-1",)).places
