from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.inspect.chains import explain
from sam_deploy.build.inspect.model import Package
from sam_deploy.build.wheels import environment
from sam_deploy.plan.targets import aws_target

ON_312 = environment(aws_target("python3.12", "x86_64"))
ON_39 = environment(aws_target("python3.9", "x86_64"))
MakePackage = Callable[..., Package]


def test_a_chain_leads_from_what_was_asked_for(make_package: MakePackage) -> None:
    """Name by name, as short as possible."""
    packages = [
        make_package("fastapi", "pydantic>=2", "typing_extensions"),
        make_package("pydantic", "pydantic-core==2", "typing-extensions"),
        make_package("pydantic-core", "typing-extensions"),
        make_package("typing-extensions"),
    ]
    expected = {
        "fastapi": ("fastapi",),
        "pydantic": ("fastapi", "pydantic"),
        "pydantic-core": ("fastapi", "pydantic", "pydantic-core"),
        "typing-extensions": ("fastapi", "typing-extensions"),
    }
    assert expected == explain(packages, ["FastAPI>=0.100"], [ON_312])


def test_a_package_that_was_asked_for_needs_no_other_reason(make_package: MakePackage) -> None:
    """Even when another one requires it."""
    packages = [make_package("a", "b"), make_package("b")]
    assert {"a": ("a",), "b": ("b",)} == explain(packages, ["a", "b"], [ON_312])


def test_a_marker_that_does_not_hold_is_no_reason(make_package: MakePackage) -> None:
    """On 3.12 nobody requires the backport, so somebody must have asked for it."""
    packages = [make_package("a", "tomli; python_version < '3.11'"), make_package("tomli")]
    assert ("tomli",) == explain(packages, [], [ON_312])["tomli"]
    assert ("a", "tomli") == explain(packages, [], [ON_312, ON_39])["tomli"]


def test_an_extra_is_shown_where_it_is_the_reason(make_package: MakePackage) -> None:
    """Asked for by name, wanted by another package, or found when nothing else explains it."""
    packages = [
        make_package("app", "fastapi[standard]"),
        make_package("fastapi", "uvicorn; extra == 'standard'"),
        make_package("uvicorn"),
    ]
    by_package = ("app", "fastapi[standard]", "uvicorn")
    assert by_package == explain(packages, ["app"], [ON_312])["uvicorn"]
    by_name = ("fastapi[standard]", "uvicorn")
    assert by_name == explain(packages[1:], ["fastapi[standard]"], [ON_312])["uvicorn"]
    assert by_name == explain(packages[1:], ["fastapi"], [ON_312])["uvicorn"]


def test_an_installers_note_counts_as_asked_for(make_package: MakePackage) -> None:
    """As pip writes it beside what a person named."""
    packages = [make_package("a", "b", requested=True), make_package("b", requested=True)]
    assert {"a": ("a",), "b": ("b",)} == explain(packages, [], [ON_312])


def test_without_any_word_the_roots_are_what_nobody_requires(make_package: MakePackage) -> None:
    """A foreign zip does not say what was asked for; extras are not guessed then."""
    packages = [
        make_package("a", "b", "c; extra == 'x'"),
        make_package("b"),
        make_package("c"),
    ]
    assert {"a": ("a",), "b": ("a", "b"), "c": ("c",)} == explain(packages, [], [ON_312])


def test_a_circle_is_entered_by_name(make_package: MakePackage) -> None:
    """Everybody is required there, and still everybody has a chain."""
    packages = [make_package("b", "a"), make_package("a", "b")]
    assert {"a": ("a",), "b": ("a", "b")} == explain(packages, [], [ON_312])


def test_lines_that_are_no_requirements_are_passed_over(make_package: MakePackage) -> None:
    """Old metadata holds `foo (>1.dev)` and worse; a file of requirements holds paths."""
    packages = [make_package("a", "b (>=!)", "b"), make_package("b")]
    assert ("a", "b") == explain(packages, ["./libs/a", "a"], [ON_312])["b"]


NAMES = [f"p{number}" for number in range(8)]
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=4))


@given(graph=GRAPHS, asked=st.lists(st.sampled_from(NAMES), max_size=3))
def test_every_package_has_a_chain_of_true_links(
    graph: dict[str, list[str]], asked: list[str]
) -> None:
    """It ends at the package, each step is required by the one before, and none comes twice."""
    packages = [
        Package(name, "1", f"{name}-1.dist-info", tuple(requires))
        for name, requires in graph.items()
    ]
    chains = explain(packages, asked, [ON_312])
    assert graph.keys() == chains.keys()
    for name, chain in chains.items():
        assert name == chain[-1]
        assert len(set(chain)) == len(chain)
        assert all(after in graph[before] for before, after in pairwise(chain))
    assert all((name,) == chains[name] for name in asked if name in graph)
