"""A shift as people read it: what is planned, each step, each look, and how it stands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sam_deploy.amounts import duration_text, percent, plural
from sam_deploy.cli.terminal.tables import table
from sam_deploy.events import Event, ShiftLook, ShiftStep

if TYPE_CHECKING:
    from sam_deploy.promotion import Flip, ReleasePlan, Strategy
    from sam_deploy.promotion.shifting.judge import Seen
    from sam_deploy.promotion.shifting.standing import Standing

HEADER: Final = ("function", "region", "from", "to", "calls", "failed")
REASONS: Final = 3
"""As many are shown of a look; the events of `--progress json` have all."""
SHOWN: Final = 60
"""Letters of a check that are shown."""


def strategy_lines(plan: ReleasePlan) -> list[str]:
    """Return how the calls go over; nothing when they all do at once."""
    strategy = plan.strategy
    if not strategy.shifts:
        first = [f"first the check must agree: {_check(strategy)}"] if strategy.check else []
        return first + _unasked(plan)
    parts = ", ".join(f"{percent(each)}" for each in strategy.weights)
    watched, held = duration_text(strategy.every_seconds), duration_text(strategy.hold_seconds)
    steps = f"in steps: {parts}, then 100%; each is watched for {watched}"
    lines = [f"{steps}, and waits {held} for data before all goes back", _calls(strategy)]
    lines += _alarms(strategy)
    if strategy.check:
        lines.append(f"the check must agree before and after each step: {_check(strategy)}")
    lines += _unasked(plan)
    if strategy.with_alarm:
        lines.append("alarms that fire now are LET BE until they are OK (--force-with-alarm)")
    return lines


def _alarms(strategy: Strategy) -> list[str]:
    """Return a line for regions that have the same alarms; a look counts those of all regions."""
    regions: dict[tuple[str, ...], list[str]] = {}
    for region, names in (strategy.alarms or {}).items():
        regions.setdefault(tuple(names), []).append(region)
    lines = []
    for names, where in regions.items():
        several = len(where) > 1 and names
        each, total = ("each of ", f" ({len(names) * len(where)} in all)") if several else ("", "")
        places = f"{each}{', '.join(where)}{total}"
        lines.append(
            f"{plural(len(names), 'alarm')} watched in {places}: {', '.join(names) or 'none'}"
        )
    return lines


def _calls(strategy: Strategy) -> str:
    if not strategy.min_requests or "*" in strategy.quiet:
        return "no function needs calls to pass a step"
    needs = f"each function needs {plural(strategy.min_requests, 'call')} in each region and step"
    return needs + (f", but for {', '.join(strategy.quiet)}" if strategy.quiet else "")


def _unasked(plan: ReleasePlan) -> list[str]:
    from sam_deploy.promotion.shifting.checks import unasked  # noqa: PLC0415 - boto3

    names = unasked(plan)
    return [f"the check has no event for {', '.join(names)}: not asked about"] if names else []


def _check(strategy: Strategy) -> str:
    check = strategy.check
    return check if len(check) <= SHOWN else f"{check[:SHOWN]}..."


def strategy_json(strategy: Strategy) -> dict[str, Any]:
    """Return a strategy as the JSON documents have it. Schema: docs/reference/json.md."""
    return {
        "weights": list(strategy.weights),
        "every_seconds": strategy.every_seconds,
        "hold_seconds": strategy.hold_seconds,
        "min_requests": strategy.min_requests,
        "quiet": list(strategy.quiet),
        "check": strategy.check or None,
        "alarms": {region: list(each) for region, each in (strategy.alarms or {}).items()},
        "with_alarm": strategy.with_alarm,
    }


def text_of(event: Event) -> str:
    """Return the line for a step that begins, or for a look at it; '' for any other event."""
    return _event_text(event) if isinstance(event, ShiftStep | ShiftLook) else ""


def _event_text(event: ShiftStep | ShiftLook) -> str:
    head = f"step {event.step}/{event.steps}"
    if isinstance(event, ShiftStep):
        share, regions = percent(event.weight), ", ".join(event.regions)
        where = f"{share} of the calls to the new versions in {regions}"
        if not event.seconds:
            return f"{head}: {where}"
        length = duration_text(event.seconds)
        return f"{head}: {where}, for {length}; taken back at {event.until} if nobody watches"
    found = f"{plural(event.calls, 'call')}, {event.errors} failed"
    quiet = f"{event.alarms_quiet}/{event.alarms} alarms OK"
    return f"{head} ({percent(event.weight)}): {found}; {quiet}; {_verdict(event)}"


def _verdict(event: ShiftLook) -> str:
    first, more = event.reasons[:REASONS], len(event.reasons) - REASONS
    why = "; ".join([*first, f"and {more} more"] if more > 0 else first)
    left = duration_text(event.seconds_left)
    match event.verdict:
        case "go":
            return "all is well"
        case "back":
            return f"BACK: {why}"
        case "hold":
            return f"holding: {why}; everything goes back in {left}"
        case _:
            return f"{left} left" + (f"; so far {why}" if why else "")


def standing_text(standing: Standing, seen: Seen, program: str, columns: int = 0) -> str:
    """Return how a shift stands: step, watcher, a row a function and region, and the alarms."""
    plan, release = standing.plan, standing.release
    lines = [
        f"{plan.environment}: {_where(standing)}",
        watcher_text(standing),
        deadline_text(standing),
        "",
        table(HEADER, _rows(standing, seen), columns),
        "",
        *_alarm_lines(seen),
    ]
    if release.get("excused"):
        lines.append(f"let be until they are OK: {release['excused']}")
    commands = (
        [f"{program} shift advance", f"{program} shift abort"]
        if standing.watched
        else [f"{program} resume", f"{program} resume --abort"]
    )
    lines += ["", f"next: {commands[0]}", f"      {commands[1]}"]
    return "\n".join(lines)


def _where(standing: Standing) -> str:
    if standing.returning:
        return f"everything is being taken back: {standing.release.get('cause', '')}"
    if not standing.step:
        return "agreed to; the first step has not begun"
    weight = float(standing.release.get("weight", "0"))
    since = standing.release.get("since", "")
    head = f"step {standing.step}/{standing.steps}, {percent(weight)} of the calls since {since}"
    left = standing.left("ends")
    if standing.step == standing.steps:
        return head
    return f"{head}; {duration_text(left)} left" if left else f"{head}; its time is over"


def watcher_text(standing: Standing) -> str:
    """Return who watches a shift, and whether he does."""
    entry, held = standing.entry, standing.held
    who = f"`{entry.command}` by {entry.who} on {entry.host}"
    if held is None:
        return f"nobody watches it: {who} has ended"
    if standing.watched:
        return f"watched by {who}, heard of {standing.silent_seconds:.0f} s ago"
    return f"nobody watches it: {who} is dead or silent ({standing.silent_seconds:.0f} s)"


def deadline_text(standing: Standing) -> str:
    """Return when the schedules take everything back."""
    until = standing.release.get("until", "")
    if not until:
        return "no schedule stands yet"
    left = standing.left("until")
    if not left:
        return f"the schedules have taken it back at {until}"
    return f"the schedules take it back at {until}, in {duration_text(left)}, unless pushed forward"


def _rows(standing: Standing, seen: Seen) -> list[list[str]]:
    rows = []
    for flip in standing.plan.moves:
        counted = seen.counts.get(flip.key)
        counts = [str(counted.calls), str(counted.errors)] if counted else ["?", "?"]
        rows.append([flip.function, flip.region, flip.before.number, flip.after.number, *counts])
    return rows


def _alarm_lines(seen: Seen) -> list[str]:
    lines = [f"`{region}` cannot be read: {why}" for region, why in seen.unread.items()]
    loud = [each for each in seen.alarms if not each.quiet]
    lines.append(f"{len(seen.alarms) - len(loud)}/{len(seen.alarms)} alarms OK")
    for each in loud:
        since = f" since {each.since}" if each.since else ""
        lines.append(f"  {each.region} {each.name}: {each.state}{since}")
    return lines


def standing_json(standing: Standing, seen: Seen) -> dict[str, Any]:
    """Return how a shift stands as a document. Schema: docs/reference/json.md."""
    plan, entry, release = standing.plan, standing.entry, standing.release
    return {
        "shift": {
            "environment": plan.environment,
            "promotion": entry.id,
            "phase": release.get("phase") or None,
            "step": standing.step,
            "steps": standing.steps,
            "weight": float(release.get("weight", "0")),
            "since": release.get("since") or None,
            "ends": release.get("ends") or None,
            "until": release.get("until") or None,
            "watched": standing.watched,
            "command": entry.command,
            "who": entry.who,
            "host": entry.host,
            "heard_seconds": round(standing.silent_seconds, 1) if standing.held else None,
            "strategy": strategy_json(plan.strategy),
            "functions": [_function_json(flip, seen) for flip in plan.moves],
            "alarms": [
                {
                    "region": each.region,
                    "name": each.name,
                    "state": each.state,
                    "since": each.since or None,
                }
                for each in seen.alarms
            ],
            "unread": dict(seen.unread),
        }
    }


def _function_json(flip: Flip, seen: Seen) -> dict[str, Any]:
    counted = seen.counts.get(flip.key)
    return {
        "function": flip.function,
        "region": flip.region,
        "before": flip.before.number,
        "after": flip.after.number,
        "calls": counted.calls if counted else None,
        "errors": counted.errors if counted else None,
    }
