"""What a promotion or rollback would change and has changed, as people read it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.amounts import bytes_text, percent, plural
from sam_deploy.cli.releasing import stack_screens
from sam_deploy.cli.releasing.shift_screens import strategy_json, strategy_lines
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.promotion import Done, Flip, ReleasePlan, Version

LINE: Final = "=" * 80
SHORT: Final = 7
"""Letters of a commit."""


def plan_text(plan: ReleasePlan, *, final: bool, columns: int = 0) -> str:
    """Return the plan: a row a function, a column a region, and what changes.

    `final` is the environment that real users meet: nothing is promoted from it.
    """
    name, loud = plan.environment.upper(), "CRITICAL OPERATION"
    if plan.act == "rollback":
        title = f"{loud}: Roll back {name} to {plan.source}"
        lead = f"Lambdas to be rolled back ({name} → {plan.source}):"
    else:
        title = f"{loud}: Promote to {loud_name(plan.environment)}"
        lead = f"Lambdas to be promoted ({plan.source.upper()} → {loud_name(plan.environment)}):"
    if final:
        title = f"!! {title} !!"
    lines = ["", title, LINE, "", lead, "", _table(plan, columns), ""]
    lines += [*stack_screens.before(plan), *_kept(plan)]
    if plan.only:
        lines.append(f"limited to {', '.join(plan.only)}: everything else stays as it is")
    lines += strategy_lines(plan)
    lines += [f"{each} is LEFT OUT: it stays as it is, and will differ" for each in plan.without]
    lines += [f"warning: {each}" for each in plan.warnings]
    lines.append(
        f"{plural(len(plan.moves), 'alias', 'aliases')} in {plural(len(plan.regions), 'region')}, "
        f"all or none; plan {plan.short}"
    )
    return "\n".join(lines)


def plan_lines(plan: ReleasePlan) -> list[str]:
    """Return what a plan does beside the aliases that its rows show: stacks, and how calls go over.

    What is left out, or limited to some functions, is said elsewhere.
    """
    before = [each for each in stack_screens.before(plan) if each]
    return [*before, *_kept(plan), *strategy_lines(plan)]


def _kept(plan: ReleasePlan) -> list[str]:
    kept = len({each.name for each in plan.flips}) - len({each.name for each in plan.moves})
    return [f"{plural(kept, 'function')} already there, not moved"] if kept else []


def _table(plan: ReleasePlan, columns: int) -> str:
    rows = []
    for function in dict.fromkeys(each.function for each in plan.moves):
        flips = {each.region: each for each in plan.moves if each.function == function}
        cells = [_cell(flips.get(region)) for region in plan.regions]
        rows.append([function, *cells, change_text(next(iter(flips.values())))])
    return table(["function", *plan.regions, "what changes"], rows, columns)


def _cell(flip: Flip | None) -> str:
    if flip is None:
        return "-"
    shares = "".join(f"+{version}@{percent(part)}" for version, part in flip.weights)
    before = flip.before.number or ("?" if flip.after.number.isdigit() else "-")
    return f"{before}{shares} → {flip.after.number}"


def change_text(flip: Flip) -> str:
    """Return what is another one in the new version: commit, size, configuration."""
    before, after = flip.before, flip.after
    parts = []
    if not before.number and not after.number.isdigit():
        return f"comes with its stack, commit {_short(after.made_of)}"
    if before.made_of or after.made_of:
        parts.append(_arrow("commit", _short(before.made_of), _short(after.made_of)))
    if before.code_sha256 == after.code_sha256:
        parts.append("same code")
    else:
        sizes = _arrow("", bytes_text(before.size_bytes), bytes_text(after.size_bytes))
        parts.append(f"other code, {sizes}")
    parts += _configuration(before, after)
    return ", ".join(part for part in parts if part)


def _configuration(before: Version, after: Version) -> list[str]:
    changed = [
        ("memory", f"{before.memory_mb} MB", f"{after.memory_mb} MB"),
        ("timeout", f"{before.timeout_seconds} s", f"{after.timeout_seconds} s"),
    ]
    parts = [_arrow(what, was, now) for what, was, now in changed if was != now]
    if before.role != after.role:
        parts.append("another role")
    if before.layers != after.layers:
        parts += _layers(before.layers, after.layers)
    return parts


def _layers(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return what becomes of layers: each by its name on AWS, and its versions."""
    was, now = dict(map(_layer, before)), dict(map(_layer, after))
    return [
        *(_arrow(f"layer {n}", was[n], now[n]) for n in now if n in was and was[n] != now[n]),
        *(f"layer {name} comes" for name in now if name not in was),
        *(f"layer {name} goes" for name in was if name not in now),
    ] or ["layers in another order"]


def _layer(arn: str) -> tuple[str, str]:
    """Return the name of a layer and the number of its version."""
    name, _, version = arn.rpartition(":")
    return name.rpartition(":")[2], version


def _arrow(what: str, before: str, after: str) -> str:
    words = after if before == after else f"{before} → {after}"
    return f"{what} {words}".strip()


def _short(commit: str) -> str:
    return (commit[:SHORT] + ("+" if commit.endswith("+") else "")) if commit else "unknown"


def subject_lines(plan: ReleasePlan) -> tuple[str, ...]:
    """Return a line a function for the mail: versions and commit; then how, and warnings."""
    lines = []
    for function in dict.fromkeys(each.function for each in plan.moves):
        flips = [each for each in plan.moves if each.function == function]
        ways = {(each.before.number, each.after.number) for each in flips}
        commit = f" (commit {_short(flips[0].after.made_of)})" if flips[0].after.made_of else ""
        if len(ways) == 1:
            ((before, after),) = ways
            lines.append(f"{function}: version {before} -> {after}{commit}")
        else:
            each = ", ".join(f"{f.region} {f.before.number} -> {f.after.number}" for f in flips)
            lines.append(f"{function}: {each}{commit}")
    return (*lines, *strategy_lines(plan), *(f"warning: {each}" for each in plan.warnings))


def nothing_text(plan: ReleasePlan) -> str:
    """Return why a plan moves nothing."""
    what = (
        f"{plan.environment} already serves what {plan.source} serves"
        if plan.act == "promote"
        else f"{plan.environment} serves {plan.source} already"
    )
    return f"\nNothing to do: {what} ({plural(len(plan.flips), 'alias', 'aliases')})"


def done_text(done: Done, *, program: str) -> str:
    """Return the summary: n of n, how long regions differed, and the way back."""
    plan, release = done.plan, done.release
    if release is None:
        return nothing_text(plan)
    served = [each for each in plan.flips if (each.function, each.region) in release.moved]
    moved = len({each.function for each in served})
    verb = "Promoted" if plan.act == "promote" else "Rolled back"
    words = f"{verb} {moved}/{moved} lambdas to {_target(plan)} successfully!"
    detail = (
        f"{len(served)}/{len(served)} aliases in {plural(len(release.regions), 'region')}, "
        f"{done.seconds:.1f} s; regions differed for {done.window_seconds * 1000:.0f} ms"
    )
    lines = ["", *_moved_lines(served)]
    lines += [*stack_screens.proof(plan), "", LINE, words, f"{detail}; release {release.id}"]
    if release.left_out:
        lines.append(f"left out: {', '.join(release.left_out)}; promote or roll back again for it")
    lines += [LINE, "", f"next: {program} status"]
    if plan.act == "promote":
        lines.append(f"      {program} rollback {plan.environment}")
    return "\n".join(lines)


def _target(plan: ReleasePlan) -> str:
    return plan.source if plan.act == "rollback" else loud_name(plan.environment)


def loud_name(environment: str) -> str:
    """Return an environment as the documents' sessions say it: STAGING, PRODUCTION."""
    return "PRODUCTION" if environment == "prod" else environment.upper()


def _moved_lines(moves: Sequence[Flip]) -> list[str]:
    lines = []
    for function in dict.fromkeys(each.function for each in moves):
        flips = [each for each in moves if each.function == function]
        versions = dict.fromkeys(each.after.number for each in flips)
        regions = plural(len(flips), "region")
        numbers = ", ".join(versions)
        lines.append(f"  {function}: {flips[0].alias} → Version {numbers} ({regions})")
    return lines


def plan_json(plan: ReleasePlan) -> dict[str, Any]:
    """Return a plan as the JSON documents have it. Schema: docs/reference/json.md."""
    return {
        "act": plan.act,
        "environment": plan.environment,
        "source": plan.source,
        "digest": plan.approved,
        "regions": list(plan.regions),
        "without": list(plan.without),
        "strategy": strategy_json(plan.strategy),
        "warnings": list(plan.warnings),
        "aliases": [
            {
                "function": each.function,
                "region": each.region,
                "alias": each.alias,
                "before": each.before.number or None,
                "after": each.after.number,
                "commit": each.after.made_of or None,
                "code_sha256": each.after.code_sha256 or None,
                "changes": each.changes,
            }
            for each in plan.flips
        ],
        "stacks": [
            {"stack": each.stack, "region": each.region, "way": each.way} for each in plan.stacks
        ],
    }


def done_json(done: Done) -> str:
    """Return what came of it as a document. Schema: docs/reference/json.md."""
    return document(
        {
            **plan_json(done.plan),
            "release": done.release.id if done.release else None,
            "moved": len(done.release.moved) if done.release else 0,
            "window_seconds": round(done.window_seconds, 3),
            "seconds": round(done.seconds, 3),
        }
    )
