from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.promotion import marks
from sam_deploy.promotion.marks import FENCE, RESTORED, Mark


@given(
    st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    st.integers(0, 10**6),
    st.sampled_from(("47", "$LATEST", FENCE, RESTORED)),
)
def test_what_is_written_is_read(promotion: str, epoch: int, what: str) -> None:
    """A mark comes back from a description as it was."""
    mark = Mark(promotion, epoch, what)
    assert mark == marks.read(str(mark))


@pytest.mark.parametrize(
    "description",
    [
        "",
        "by hand",
        "deployed 2026-01-01T00:00:00Z",
        "sd:",
        "sd:0123:1",
        "sd:0123:x:47",
        "sd:xyz:1:47",
        "sd:0123:1:47 and more",
        " sd:0123:1:47",
        "sd:0123:-1:47",
    ],
)
def test_what_no_promotion_has_written_has_no_mark(description: str) -> None:
    """People's own words are never taken for ours."""
    assert marks.read(description) is None


def test_attempts_of_one_promotion_belong_together() -> None:
    """Of whichever epoch; an alias without a mark is nobody's."""
    mine = Mark("0123", 1, "47")
    assert mine.same_promotion(Mark("0123", 7, FENCE))
    assert not mine.same_promotion(Mark("4567", 1, "47"))
    assert not mine.same_promotion(None)
    assert "sd:0123:1:47" == str(mine)
