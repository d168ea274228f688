"""What `recover` says: what is wrong with each stack, what is done for it, what is live. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sam_deploy.amounts import plural
from sam_deploy.cli.screens import document, status_table

if TYPE_CHECKING:
    from sam_deploy.deploy.cases import Case, Wish
    from sam_deploy.deploy.recover import Recovered
    from sam_deploy.deploy.standing import Part
    from sam_deploy.release import Served

SKIPPED = (
    "what is skipped stays as it is and no longer matches its template: make them alike before the "
    "next deployment, or that fails in the same way"
)


def cases_text(cases: Iterable[Case], wish: Wish) -> str:
    """Return what was found, a paragraph for each stack there is."""
    found = ["\n".join(_case(each, wish)) for each in cases if each.kind != "absent"]
    return "\n".join(found) if found else "This app has no stacks here"


def _case(case: Case, wish: Wish) -> Iterator[str]:
    stack, region = case.place
    yield f"{stack} in {region}: {case.status}; {sentence(case)}"
    for part in case.stuck:
        yield f"  in the way: {_named(part)} {part.status}: {part.reason or 'no reason was given'}"
    if case.kind == "continue":
        skipped = [part.logical_id for part in case.stuck if part.logical_id in wish.skip]
        if skipped:
            yield f"  skipped: {', '.join(skipped)}; {SKIPPED}"
    for part in case.wiped:
        yield f"  deleted with all it holds: {_named(part)}"
    for part in case.stays:
        yield f"  stays: {_named(part)}"


def _named(part: Part) -> str:
    physical = f" ({part.physical_id})" if part.physical_id else ""
    return f"{part.kind} {part.logical_id}{physical}"


def sentence(case: Case) -> str:
    """Return what is done for a stack, or why nothing is."""
    since = f" since {case.since}" if case.since else ""
    match case.kind:
        case "absent":
            return "there is none"
        case "busy":
            return f"busy{since}: CloudFormation is at work on it, and ends that by itself"
        case "continue":
            return (
                "an update failed, and so did taking it back: ContinueUpdateRollback puts every "
                "resource back to what it was before; nothing is deleted that served"
            )
        case "delete" if case.status == "DELETE_FAILED":
            return "its deletion got stuck: it is deleted again"
        case "delete":
            return "it never came up, and could not be taken back: it is deleted"
        case "discard":
            return "nothing was ever in it: it is removed"
        case "elsewhere":
            return "it waits for a change set that is not ours; `deploy` goes its own way"
        case "anew":
            return _and_orphans("it never came up: `sam-deploy deploy` makes it anew", case)
        case "fine":
            return _and_orphans("fine", case)
        case _:
            return (
                "sam-deploy knows no way out of this one: look at `aws cloudformation "
                f"describe-stack-events --stack-name {case.place[0]} --region {case.place[1]}`"
            )


def _and_orphans(words: str, case: Case) -> str:
    if not case.orphans:
        return words
    left = plural(len(case.orphans), "left-over change set")
    return f"{words}; {left} of ours {'is' if len(case.orphans) == 1 else 'are'} removed"


def now_text(
    now: Mapping[tuple[str, str], str],
    recovered: Recovered,
    served: tuple[Served, ...] | None,
    columns: int = 0,
) -> str:
    """Return how the stacks are now, and what every environment serves."""
    touched = [*recovered.done, *recovered.failed]
    lines = ["", "now:"]
    lines += [f"  {stack} in {region}: {now[stack, region] or 'gone'}" for stack, region in touched]
    if served:
        lines += ["", status_table(served, columns)]
    return "\n".join(lines)


def last_text(cases: Iterable[Case], recovered: Recovered, program: str) -> str:
    """Return the last lines: how it ended, and what to run next."""
    if not recovered.done:
        return "\nNothing to recover"
    changed = any(did != "tidied" for did in recovered.done.values())
    left = any(each.kind in {"continue", "delete"} for each in cases)
    what = f"\nRecovered {plural(len(recovered.done), 'stack')}"
    if not (changed and left):
        return what
    return f"{what}\n\nnext: {program} deploy"


def recover_json(
    cases: Mapping[tuple[str, str], Case],
    recovered: Recovered,
    now: Mapping[tuple[str, str], str],
    target: str,
) -> str:
    """Return what was found and done. Schema: docs/reference/json.md."""
    return document(
        {
            "target": target,
            "recovered": len(recovered.done),
            "stacks": [
                {
                    "stack": stack,
                    "region": region,
                    "before": case.status or None,
                    "case": case.kind,
                    "done": recovered.done.get((stack, region)),
                    "status": now[stack, region] or None,
                    "stuck": [
                        {
                            "logical_id": part.logical_id,
                            "type": part.kind,
                            "status": part.status,
                            "reason": part.reason,
                        }
                        for part in case.stuck
                    ],
                    "kept": [part.physical_id for part in case.stays],
                    "deleted_data": [part.physical_id for part in case.wiped],
                }
                for (stack, region), case in cases.items()
            ],
        }
    )
