from __future__ import annotations

import dataclasses
import json

import pytest

from sam_deploy import events
from sam_deploy.events import Event

SAMPLES = {"str": "text", "int": 3, "float": 1.5, "bool": True}
KINDS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
]


def sample(kind: type[Event]) -> Event:
    """An event with some value in every field."""
    values = {each.name: SAMPLES.get(str(each.type), "info") for each in dataclasses.fields(kind)}
    return kind(**values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_is_json_as_it_stands(kind: type[Event]) -> None:
    """`--progress json` writes its fields and nothing else."""
    fields = dataclasses.asdict(sample(kind))
    assert fields == json.loads(json.dumps(fields))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_is_frozen_and_small(kind: type[Event]) -> None:
    """It is handed between threads: nobody may change it."""
    event = sample(kind)
    first = dataclasses.fields(kind)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, first, "other")
    assert not hasattr(event, "__dict__")


def test_no_field_takes_the_place_of_those_that_json_adds() -> None:
    """`type` and `time` are written beside the fields of an event."""
    taken = {each.name for kind in KINDS for each in dataclasses.fields(kind)}
    assert set() == taken & {"type", "time"}


def test_who_does_not_listen_ignores() -> None:
    """A `Report` that does nothing, for callers without a console."""
    assert events.ignore(Event()) is None
