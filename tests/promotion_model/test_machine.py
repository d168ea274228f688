from __future__ import annotations

import dataclasses
import json

import pytest
from tests.promotion_model import machine
from tests.promotion_model.commands import JOURNAL, PARTS
from tests.promotion_model.machine import Releasing
from tests.promotion_model.mutants import NoMarks


class _WithoutMarks(Releasing):
    parts = dataclasses.replace(PARTS, engine=NoMarks)


def test_no_order_of_commands_and_faults_ends_mixed() -> None:
    """Promote, roll back, resume, abort, deploy, prune, drift, clock: one resume mends all."""
    machine.run(6, pinned=True)


@pytest.mark.slow
def test_the_machine_finds_what_is_wrong() -> None:
    """So that the test above can fail: promotions that know no marks overwrite others' work."""
    with pytest.raises(AssertionError, match="foreign"):
        machine.run(300, pinned=True, shrink=False, machine=_WithoutMarks)


def test_what_somebody_does_after_the_commit_is_theirs() -> None:
    """Only the record is missing then: `resume` writes it, and leaves what was moved by hand."""
    for number in range(1, machine.MOST_CALLS):
        releasing = Releasing()
        releasing.begin(has_releases=False)
        releasing.promote("prod", ("Api",), (number, "after"))
        if releasing.is_open and phase(releasing) == "committed":
            break
    else:
        pytest.fail("no death of the client leaves a promotion that only has to be recorded")
    place = ("eu-west-1", "ApiFunction", "prod")
    releasing.cloud.point(place, "1", description="by hand")
    releasing.teardown()
    assert ("1", ()) == releasing.cloud.aliases[place].serves
    assert not releasing.is_open


def phase(releasing: Releasing) -> str:
    journal = json.loads(releasing.cloud.documents[JOURNAL])
    found: str = journal["release"].get("phase", "")
    return found
