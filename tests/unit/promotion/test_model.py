from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.errors import RefusedError
from sam_deploy.promotion import model
from sam_deploy.promotion.model import Flip, ReleasePlan, StackChange, Strategy, Version

words = st.text(max_size=8)
parts = st.floats(0, 1)
weights = st.lists(st.tuples(words, parts), max_size=2).map(tuple)
some = st.lists(words, max_size=3).map(tuple)
versions = st.builds(Version, *[words] * 3, *[st.integers(0, 10**9)] * 3, words, words, some)
flips = st.builds(Flip, *[words] * 4, versions, versions, words, words, weights)
strategies = st.builds(
    Strategy,
    st.lists(parts, max_size=3).map(tuple),
    parts,
    parts,
    st.integers(),
    some,
    words,
    st.none() | st.dictionaries(words, some, max_size=2),
    st.booleans(),
)
plans = st.builds(
    ReleasePlan,
    st.sampled_from(("promote", "rollback")),
    *[words] * 6,
    some,
    st.lists(flips, max_size=3).map(tuple),
    words,
    words,
    strategies,
    some,
    some,
    st.lists(st.builds(StackChange, *[words] * 3, some, words), max_size=2).map(tuple),
    words,
    some,
    st.lists(st.tuples(words, words), max_size=2).map(tuple),
    words,
)


@given(plans)
def test_what_is_written_is_read(made: ReleasePlan) -> None:
    """Field by field, so that `resume` carries out what was agreed to."""
    found = model.read(made.written(), "`plan`")
    assert made == found
    assert made.digest == found.digest


def other(value: Any) -> Any:
    """A value of the same kind that is another one."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case tuple():
            return value[:-1] if value else ("x",)
        case dict():
            return {}
    raise AssertionError(value)


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Each dataclass that differs from this one in a single place, however deep."""
    for each in dataclasses.fields(value):
        found = getattr(value, each.name)
        if dataclasses.is_dataclass(found):
            for name, inner in changed(found):
                yield f"{each.name}.{name}", dataclasses.replace(value, **{each.name: inner})
            continue
        if found and isinstance(found, tuple) and dataclasses.is_dataclass(found[0]):
            for name, inner in changed(found[0]):
                kept = (inner, *found[1:])
                yield f"{each.name}.{name}", dataclasses.replace(value, **{each.name: kept})
        yield each.name, dataclasses.replace(value, **{each.name: other(found)})


def aside(name: str) -> bool:
    """Whether a field is shown only."""
    return name.rpartition(".")[2] in model.ASIDE


def test_the_digest_changes_with_every_field(plan: ReleasePlan) -> None:
    """An approval of one plan is none of another one, whatever differs (R188)."""
    plan = dataclasses.replace(
        plan,
        stacks=(StackChange("shop-sam", "eu-west-1", "update", ("Modify Api False",), "at 9"),),
        manifest="0123",
        allowed=("Data",),
        new=(("eu-west-1", "ApiFunction"),),
        agreed="4567",
    )
    others = {name: made for name, made in changed(plan) if not aside(name)}
    assert len(others) > 40
    assert {
        "flips.revision_id",
        "stacks.before",
        "flips.after.code_sha256",
        "strategy.check",
    } <= others.keys()
    digests = {name: made.digest for name, made in others.items()}
    assert len({plan.digest, *digests.values()}) == len(digests) + 1
    assert [] == [name for name, made in others.items() if model.read(made.written(), "") != made]


def test_a_plan_is_canonical_json(plan: ReleasePlan) -> None:
    """Sorted names, no spaces, ASCII: the same digest by whichever version of Python."""
    written = plan.written()
    value = json.loads(written)
    again = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
    assert written == again
    assert 1 == value["schema"]
    assert plan.digest.startswith(plan.short)
    assert f"promotions/shop/{plan.digest}.json" == plan.key


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"schema":1}', b'{"schema":1,"flips":[1]}', b"\xff"]
)
def test_a_damaged_plan_is_refused(body: bytes) -> None:
    """Nothing is guessed from it, and its place is named."""
    with pytest.raises(RefusedError, match="The release plan `here` cannot be read"):
        model.read(body, "`here`")


def test_a_plan_with_a_field_too_many_or_too_few_is_refused(plan: ReleasePlan) -> None:
    """It was changed, or is of another version."""
    value = json.loads(plan.written())
    for broken in ({**value, "more": 1}, {k: v for k, v in value.items() if k != "nonce"}):
        with pytest.raises(RefusedError, match="cut off or damaged"):
            model.read(json.dumps(broken).encode(), "`here`")


def test_a_plan_of_another_version_is_left_to_it(plan: ReleasePlan) -> None:
    """Its schema says so."""
    with pytest.raises(RefusedError) as caught:
        model.read(plan.written().replace(b'"schema":1', b'"schema":2'), "`here`")
    assert "its schema is 2; this version knows 1" == caught.value.why


def test_only_what_changes_is_written(plan: ReleasePlan) -> None:
    """An alias that serves the version alone already is looked at, and left."""
    here, there = plan.flips
    same = dataclasses.replace(there, before=there.after)
    leftover = dataclasses.replace(here, before=here.after)
    assert (leftover,) == dataclasses.replace(plan, flips=(leftover, same)).moves
    assert plan.flips == plan.moves


def test_another_nonce_makes_another_plan(plan: ReleasePlan) -> None:
    """So that each promotion has an approval of its own."""
    assert plan == plan.with_nonce("0123")
    assert plan.digest != plan.with_nonce("4567").digest
    assert plan.strategy.shifts
    assert not Strategy().shifts


def test_what_is_only_shown_is_no_part_of_what_was_agreed_to(plan: ReleasePlan) -> None:
    """An approval of a plan is good whatever it was warned of meanwhile."""
    shown = {name: made for name, made in changed(plan) if aside(name)}
    assert {"warnings", "flips.before.recorded_commit", "flips.after.recorded_commit"} == set(shown)
    assert {plan.digest} == {made.digest for made in shown.values()}
