from __future__ import annotations

import pytest
from tests.campaigns import promotion_race


@pytest.mark.long
@pytest.mark.fault(12)
def test_of_six_promotions_at_one_moment_one_commits() -> None:
    """Fault 12: two rounds of real processes; the campaign lets fifty go, ten times."""
    said: list[str] = []
    assert () == promotion_race.run(2, said.append, racers=6).failures, said
