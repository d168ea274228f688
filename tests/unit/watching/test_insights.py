from __future__ import annotations

from sam_deploy.watching.insights import Row, batches, in_order, of_versions
from sam_deploy.watching.lines import Source


def rows(region: str, *times: str) -> list[Row]:
    return [Row(region, {"@timestamp": each}) for each in times]


def order(*parts: list[Row]) -> list[tuple[str, str]]:
    return [(each.region[0], each.values.get("@timestamp", "")) for each in in_order(parts)]


def test_answers_in_one_order_of_time_are_merged_in_it() -> None:
    """Newest first, as Insights answers by itself, or oldest first when that was asked (R272)."""
    assert [("b", "3"), ("a", "2"), ("a", "1")] == order(rows("a", "2", "1"), rows("b", "3"))
    assert [("a", "1"), ("b", "2"), ("a", "3")] == order(rows("a", "1", "3"), rows("b", "2"))


def test_any_other_order_stays_as_the_regions_answer() -> None:
    """Counts, and rows that are sorted by something else."""
    assert [("a", "1"), ("a", "3"), ("a", "2")] == order(rows("a", "1", "3", "2"))
    counts = [Row("a", {"count()": "1"}), Row("a", {"count()": "2"})]
    assert (*counts, Row("b", {"@timestamp": "1"})) == in_order([counts, rows("b", "1")])
    assert () == in_order([])


def test_a_query_names_at_most_50_logs_of_one_region_and_one_set_of_versions() -> None:
    """Source: StartQuery. A log of which nothing is wanted is not asked about (R272)."""
    many = [Source("eu-west-1", f"F{index}", f"g{index}") for index in range(51)]
    one = Source("eu-west-1", "V", "v", versions=frozenset({"2"}))
    none = Source("eu-west-1", "N", "n", versions=frozenset())
    far = Source("us-east-1", "F", "g")
    found = [
        (region, versions, len(groups))
        for region, versions, groups in batches([*many, one, none, far])
    ]
    assert [
        ("eu-west-1", None, 50),
        ("eu-west-1", None, 1),
        ("eu-west-1", {"2"}, 1),
        ("us-east-1", None, 1),
    ] == found


def test_an_environment_is_part_of_the_query() -> None:
    """By the versions in the names of the streams; dollar signs are no ends of lines."""
    assert "fields @message" == of_versions("fields @message", None)
    assert r"filter @logStream like /\[(\$LATEST|2)\]/ | stats count()" == of_versions(
        "stats count()", frozenset({"2", "$LATEST"})
    )
