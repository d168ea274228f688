"""Checks event patterns and filter policies: known fields, lists where AWS wants lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.checks.reach import reach
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, EventTrigger, Rule
from sam_deploy.config.tree import Problem, line_of, named, names, texts, unknown_name

FIELDS: Final = (
    "account",
    "detail",
    "detail-type",
    "id",
    "region",
    "replay-name",
    "resources",
    "source",
    "time",
    "version",
    "$or",
)
"""What an event has. Source: EventBridge user guide, "Events"."""


def event_pattern(
    app: App, holder: Declaration, given: Rule | EventTrigger, path: str
) -> Iterator[Problem]:
    """Yield what is wrong with the bus and the pattern of a rule, or of a trigger of `holder`."""
    line = line_of(given)
    if given.bus is not None:
        buses = named(app, "event_buses")
        bus = next((each for each in buses if getattr(each, "name", None) == given.bus), None)
        here = f"{path}.bus"
        if bus is None:
            yield unknown_name(here, "event bus", given.bus, names(app, "event_buses"), line)
        else:
            yield from reach(app, holder, bus, here, "the bus", line, first=True)
    short = {"source": given.sources, "detail-type": given.detail_types}
    pattern = given.pattern if isinstance(given.pattern, Mapping) else {}
    if not any(short.values()) and not given.pattern:
        message = "would match every event; give `detail_types`, `sources` or a `pattern`"
        yield Problem(path, message, line)
    for name, value in pattern.items():
        here = f'{path}.pattern["{name}"]'
        if name not in FIELDS:
            yield unknown_name(f"{path}.pattern", "field of an event", name, FIELDS, line)
        elif short.get(name):
            argument = "sources" if name == "source" else "detail_types"
            yield Problem(here, f"is given by `{argument}`, too; leave one of them out", line)
        else:
            yield from _lists(value, here, line)


def filter_policy(
    policy: object, scope: object, path: str, given: Declaration
) -> Iterator[Problem]:
    """Yield what is wrong with the filter policy of a subscription."""
    for name, value in policy.items() if isinstance(policy, Mapping) else ():
        here, line = f'{path}["{name}"]', line_of(given)
        if isinstance(value, Mapping) and scope == "MessageAttributes":
            message = (
                'attributes have no parts; to look into the message, `filter_scope="MessageBody"`'
            )
            yield Problem(here, message, line)
        else:
            yield from _lists(value, here, line)


def queue_filters(filters: object, path: str, given: Declaration) -> Iterator[Problem]:
    """Yield what is wrong with the event filters of a queue trigger. They may hold null."""
    for index, each in enumerate(filters if isinstance(filters, (list, tuple)) else ()):
        for name, value in each.items() if isinstance(each, Mapping) else ():
            here = f'{path}[{index}]["{name}"]'
            yield from _lists(value, here, line_of(given), null=True)


def _lists(value: object, path: str, line: int, *, null: bool = False) -> Iterator[Problem]:
    """Yield where a pattern has no list of what may be there, and null, which stacks do not take.

    Source: EventBridge user guide, "Creating event patterns"; CloudFormation user guide, "Null
    values are not allowed in templates".
    """
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _lists(below, f'{path}["{name}"]', line, null=null)
    elif not isinstance(value, (list, tuple)):
        yield Problem(path, f"must be a list of what may be there, such as [{value!r}]", line)
    elif not value:
        yield Problem(path, "must not be empty; nothing would match", line)
    elif None in value and not null:
        message = "CloudFormation takes no null; for a field that is not there [{'exists': False}]"
        yield Problem(path, message, line)


def said(given: EventTrigger) -> str:
    """Return what tells an event trigger from others, whatever it is made of."""
    own = [given.name] if isinstance(given.name, str) else []
    return next(
        (each for each in [*own, *texts(given.detail_types), *texts(given.sources)] if each), ""
    )
