from __future__ import annotations

from sam_deploy.build.inspect.import_log import parse

LOG = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |     pydantic.version
printed by the handler
import time:      1500 |       1600 |   pydantic
import time:       200 |       1800 | handler
import time: nonsense
"""


def test_modules_come_slowest_first() -> None:
    """By their own time; what they import is told apart."""
    imported, _ = parse(LOG)
    found = [(each.name, round(each.own_seconds, 6), round(each.seconds, 6)) for each in imported]
    assert [
        ("pydantic", 0.0015, 0.0016),
        ("handler", 0.0002, 0.0018),
        ("pydantic.version", 0.0001, 0.0001),
    ] == found


def test_modules_are_summed_by_top_level_name() -> None:
    """So that a package of many small modules shows."""
    _, summed = parse(LOG)
    found = [(each.name, round(each.own_seconds, 6), each.modules) for each in summed]
    assert [("pydantic", 0.0016, 2), ("handler", 0.0002, 1)] == found


def test_a_log_without_imports_is_empty() -> None:
    """Everything was imported already."""
    assert ((), ()) == parse("warning: something\n")
