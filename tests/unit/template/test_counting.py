"""How many resources each topology has."""

from __future__ import annotations

from sam_deploy import App
from sam_deploy.cli.inspecting.count_screens import count_json, count_text
from sam_deploy.template.counting import Count, count


def test_sharing_saves_what_the_documents_promise(dzgro: App) -> None:
    """R326: functions and APIs 67 %, buckets and pools nothing, with three environments."""
    saved = {each.kind: round(each.saved or 0, 2) for each in count(dzgro)}
    assert 0.67 == saved["functions"] == saved["APIs"] == saved["stacks"]
    assert 0 == saved["buckets"] == saved["user pools"] == saved["queues"]


def test_counts_are_of_all_regions_together(dzgro: App) -> None:
    """Five functions in four regions and two in three; thrice that when isolated."""
    functions = next(each for each in count(dzgro) if each.kind == "functions")
    assert Count("functions", 26, 78) == functions


def test_the_table_shows_both_side_by_side() -> None:
    """R326: a row per kind, and the part that sharing does without."""
    counts = [Count("functions", 26, 78), Count("queues", 132, 132), Count("new", 1, 0)]
    assert (
        "           shared  isolated  saved\n"
        "---------  ------  --------  -----\n"
        "functions      26        78    67%\n"
        "queues        132       132     0%\n"
        "new             1         0\n"
        "\n"
        "in all regions together; saved: what shared does without"
    ) == count_text(counts)
    assert '"isolated": 78' in count_json(counts)
