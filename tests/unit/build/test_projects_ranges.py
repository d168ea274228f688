from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from sam_deploy.build.projects_ranges import Wanted, fits, ranges
from sam_deploy.plan.model import Target


@pytest.mark.parametrize(
    ("poetry", "pep_440"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^1.2", ">=1.2,<2"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4.2", "~=1.4.2"),
        ("*", ""),
        ("1.*", "==1.*"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        (">= 1.2, < 1.5", ">=1.2,<1.5"),
        (">=2.7, !=3.0.*,!=3.1.*", ">=2.7,!=3.0.*,!=3.1.*"),
        (">=1.2 <2", ">=1.2,<2"),
    ],
)
def test_a_constraint_of_poetry_is_a_range_of_pep_440(poetry: str, pep_440: str) -> None:
    """The table of Poetry's documentation, and what is found in its lock files."""
    assert [SpecifierSet(pep_440)] == ranges(poetry)


def test_of_alternatives_one_has_to_hold() -> None:
    """PEP 440 has no such thing, so there are several ranges."""
    assert [SpecifierSet(">=1,<2"), SpecifierSet("==3.*")] == ranges("^1 || 3.*")
    assert [True, False, True] == [fits("^1 || 3.*", v) for v in ("1.5", "2.5", "3.5")]


@pytest.mark.parametrize("text", ["^", "one", "^x", ">=", "1.2.3.x.y"])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    """The caller says where it stands."""
    with pytest.raises(ValueError, match=r"nvalid"):
        ranges(text)


@pytest.mark.parametrize(
    ("entry", "extras", "applies"),
    [
        ({}, (), True),
        ({"python": "^3.9"}, (), True),
        ({"python": "<3.12"}, (), False),
        ({"platform": "linux"}, (), True),
        ({"platform": "win32"}, (), False),
        ({"markers": "sys_platform == 'linux' and python_version >= '3.12'"}, (), True),
        ({"markers": "extra == 'socks'"}, (), False),
        ({"markers": "extra == 'socks'"}, ("socks",), True),
    ],
)
def test_where_a_dependency_applies(
    target: Target, entry: dict[str, str], extras: tuple[str, ...], *, applies: bool
) -> None:
    """Python, platform and markers are those of the target."""
    assert applies is Wanted("x", entry).applies(target, extras)
