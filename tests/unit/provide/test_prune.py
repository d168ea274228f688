from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.aws import Alias, FunctionLayers, Stack
from sam_deploy.provide.prune import LATEST, User, Version, decide, users_of

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:shop-deps:{}"
FUNCTION = "ApiFunction"


def version(number: int, *users: User, region: str = "eu-west-1", sha256: str = "ab") -> Version:
    arn = ARN.format(number).replace("eu-west-1", region)
    return Version("deps", "shop-deps", region, number, arn, "", sha256, users)


def alias(name: str, serves: str, **weights: float) -> Alias:
    pairs = tuple((key.removeprefix("v"), value) for key, value in weights.items())
    return Alias(name, serves, "r", pairs)


def has(function_version: str, *layers: int, function: str = FUNCTION) -> FunctionLayers:
    return FunctionLayers(function, function_version, tuple(ARN.format(each) for each in layers))


def stack(name: str, **parameters: str) -> Stack:
    return Stack(name, "UPDATE_COMPLETE", "", {}, parameters)


def removed(*versions: Version, keep: int = 3) -> list[int]:
    return [each.version.version for each in decide(versions, keep) if each.removed]


USER = User("version", FUNCTION, FUNCTION, "4")


@pytest.mark.parametrize(
    ("versions", "keep", "expected"),
    [
        ([], 3, []),
        ([3, 2, 1], 3, []),
        ([5, 4, 3, 2, 1], 3, [2, 1]),
        ([9, 7, 4, 2], 3, [2]),
        ([5, 4, 3, 2, 1], 1, [4, 3, 2, 1]),
        ([2, 5, 1, 4, 3], 3, [2, 1]),
        ([5, 4], 10, []),
    ],
)
def test_the_newest_stay(versions: list[int], keep: int, expected: list[int]) -> None:
    """R125, C32: by number, however many there are between them."""
    assert expected == removed(*map(version, versions), keep=keep)


@pytest.mark.fault(13)
def test_what_is_used_stays_and_says_by_whom() -> None:
    """Fault 13: it does not count as one of the newest either."""
    verdicts = decide([version(5), version(4), version(3), version(2, USER), version(1)], 3)
    assert [1] == [each.version.version for each in verdicts if each.removed]
    assert "used by ApiFunction:4" == verdicts[3].why
    assert "one of the newest 3" == verdicts[0].why


def test_what_is_not_ours_stays() -> None:
    """A version without our mark was published by somebody else, for reasons of theirs."""
    verdicts = decide([version(2), version(1, sha256="")], 1)
    assert (False, "not made by sam-deploy") == (verdicts[1].removed, verdicts[1].why)


def test_each_region_is_judged_by_itself() -> None:
    """The newest of one region say nothing of another."""
    there = [version(number, region="us-east-1") for number in (2, 1)]
    assert [1] == removed(version(9), *there, keep=1)


@pytest.mark.parametrize(
    ("functions", "aliases", "stacks", "expected"),
    [
        ([has(LATEST, 1)], [], [], "ApiFunction:$LATEST"),
        ([has("7", 1)], [], [], "ApiFunction:7"),
        ([has("7", 1)], [alias("prod", "7")], [], "ApiFunction:prod (7)"),
        ([has("8", 1)], [alias("prod", "7", v8=0.1)], [], "ApiFunction:prod (8)"),
        ([has("7", 1)], [alias("dev", "7"), alias("prod", "7")], [], None),
        ([], [], [stack("shop-sam", DepsLayerArn=ARN.format(1))], "stack shop-sam"),
        ([], [], [stack("theirs", Layers=f"x, {ARN.format(1)}")], "stack theirs"),
    ],
)
def test_who_uses_a_version(
    functions: list[FunctionLayers], aliases: list[Alias], stacks: list[Stack], expected: str | None
) -> None:
    """Fault 13: $LATEST, a published version, an alias with its canary, a stack's parameters."""
    users = users_of(functions, {FUNCTION: aliases}, stacks)[ARN.format(1)]
    assert (expected or "ApiFunction:dev (7), ApiFunction:prod (7)") == ", ".join(
        each.text for each in users
    )


def test_equal_beginnings_are_no_use() -> None:
    """Version 1 is not used by what has version 11, nor by a layer of a longer name."""
    longer = FunctionLayers("Other", "1", (ARN.format(1).replace("shop-deps", "shop-deps-2"),))
    users = users_of([has("3", 11), longer], {}, [])
    assert ARN.format(1) not in users


def test_old_function_versions_can_be_left_out() -> None:
    """Those that nobody can be rolled back to: not near an alias, not new, not the first."""
    functions = [has(str(number), number) for number in range(1, 41)] + [has(LATEST, 41)]
    aliases = {FUNCTION: [alias("prod", "20"), alias("dev", "40", v39=0.1)]}
    users = users_of(functions, aliases, [], function_versions=10)
    counted = {number for number in range(1, 42) if users.get(ARN.format(number))}
    assert {1, 18, 19, 20, *range(31, 42)} == counted
    everything = users_of(functions, aliases, [])
    assert set(range(1, 42)) == {n for n in range(1, 42) if everything.get(ARN.format(n))}


NUMBERS = st.integers(1, 12)


@st.composite
def regions_at_work(
    draw: st.DrawFn,
) -> tuple[list[Version], list[FunctionLayers], dict[str, list[Alias]], list[Stack]]:
    """Layer versions, with functions, aliases and stacks that have some of them."""
    functions: list[FunctionLayers] = []
    aliases: dict[str, list[Alias]] = {}
    for name in draw(st.sets(st.sampled_from(["A", "B", "C"]))):
        published = draw(st.lists(NUMBERS, unique=True, min_size=1))
        functions += [
            has(str(each), *draw(st.lists(NUMBERS, max_size=2)), function=name)
            for each in [*published, LATEST]
        ]
        served = st.sampled_from([str(each) for each in published])
        aliases[name] = [alias("prod", draw(served)), alias("dev", draw(served), v1=0.5)]
    stacks = [stack("s", **{f"P{n}": ARN.format(n)}) for n in draw(st.sets(NUMBERS, max_size=2))]
    users = users_of(functions, aliases, stacks)
    numbers = draw(st.lists(NUMBERS, unique=True))
    versions = [version(n, *users.get(ARN.format(n), ())) for n in numbers]
    return versions, functions, aliases, stacks


@given(regions_at_work(), st.integers(1, 5))
@pytest.mark.fault(13)
def test_nothing_used_is_ever_removed(
    drawn: tuple[list[Version], list[FunctionLayers], dict[str, list[Alias]], list[Stack]],
    keep: int,
) -> None:
    """R125, fault 13: whatever has it, whoever owns that; and the newest are always there."""
    versions, functions, _, stacks = drawn
    gone = {each.version.arn for each in decide(versions, keep) if each.removed}
    assert set() == gone & {arn for each in functions for arn in each.layer_arns}
    assert set() == gone & {value for each in stacks for value in each.parameters.values()}
    newest = sorted(versions, key=lambda each: -each.version)[:keep]
    assert set() == gone & {each.arn for each in newest}
    unused = {each.arn for each in versions if not each.users and each not in newest}
    assert unused == gone


@given(regions_at_work(), st.integers(1, 12))
@pytest.mark.fault(13)
def test_what_aliases_and_rollbacks_need_always_counts(
    drawn: tuple[list[Version], list[FunctionLayers], dict[str, list[Alias]], list[Stack]],
    newest: int,
) -> None:
    """However few function versions count: served ones, their two predecessors, $LATEST."""
    _, functions, aliases, stacks = drawn
    users = users_of(functions, aliases, stacks, function_versions=newest)
    for each in functions:
        published = sorted(
            int(f.version) for f in functions if f.function == each.function and f.version != LATEST
        )
        needed = {LATEST, "1", *map(str, published[-newest:])}
        for found in aliases[each.function]:
            for served in (found.version, *(key for key, _ in found.weights)):
                before = [number for number in published if number < int(served)]
                needed |= {served, *map(str, before[-2:])}
        if each.version in needed:
            assert all(users.get(arn) for arn in each.layer_arns)
