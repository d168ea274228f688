from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.application import selection

PARTS = ["a", "tests", ".env", ".aws", "x.pem", "venv", "b.pyc", "__pycache__", ".git", "k\u00e9y"]
PATTERNS = [
    "a/",
    "/tests/",
    "*.pyc",
    "!a",
    "**/b.*",
    "a/**",
    "[xy].pem",
    "k?y",
    "# no",
    "a b",
    "\\!a",
]
PATHS = st.builds(
    lambda parts, folder: "/".join(parts) + ("/" if folder else ""),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4),
    st.booleans(),
)


@given(st.lists(st.sampled_from(PATTERNS), max_size=4), st.lists(st.sampled_from(PATTERNS)), PATHS)
def test_the_short_cut_misses_nothing(exclude: list[str], defaults: list[str], path: str) -> None:
    """Whatever any pattern matches, the one expression for all of them finds."""
    chosen = selection([], exclude, defaults)
    specs = (chosen.exclude, chosen.defaults, chosen.secrets, chosen.keys)
    matched = any(spec.match_file(path) for spec in specs)
    assert not matched or chosen.any.search(path)


@given(PATHS)
def test_equal_patterns_are_compiled_once(path: str) -> None:
    """A thousand functions with the same settings share one selection."""
    assert selection([path], [], []) is selection([path], [], [])
