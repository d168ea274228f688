"""Which command goes on with what a journal says was not finished."""

from __future__ import annotations

import pytest

from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.way_on import UNHEALTHY, way_on

FAILED = {"shop eu-west-1": PlaceEntry("failed"), "shop us-east-1": PlaceEntry()}
UNWELL = {"shop eu-west-1": PlaceEntry("deployed", outcome=UNHEALTHY), "shop b": PlaceEntry()}


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        (Entry(kind="deploy", places=FAILED), ("resume",)),
        (Entry(kind="deploy", places=UNWELL), ("deploy",)),
        (Entry(kind="promote", places=UNWELL), ("resume",)),
        (Entry(kind="destroy", command="destroy --region us-east-1"),
         ("destroy", "--region", "us-east-1")),
    ],
)  # fmt: skip
def test_the_same_code_is_not_brought_again_when_it_did_not_work(
    entry: Entry, command: tuple[str, ...]
) -> None:
    """A new deployment takes the place of that one; anything else is gone on with."""
    assert command == way_on(entry)
