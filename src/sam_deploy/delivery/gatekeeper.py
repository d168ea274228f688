"""The first region proves that what was deployed works, before any other region gets it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from sam_deploy import release, watching
from sam_deploy.amounts import plural
from sam_deploy.delivery.to import Delivering
from sam_deploy.deploy import StackOutcome
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.release import Move, Moved, New, NotStarted
from sam_deploy.watching import Source


class UnhealthyError(IncompleteError):
    """What was deployed does not work. The aliases are back; the same code again does not help."""


def guard_start(
    to: Delivering,
    manifest: Manifest,
    stack: StackPlan,
    region: str,
    moves: Sequence[Move],
    *,
    known: bool,
) -> None:
    """Every version that is to be served anew starts, in a stack's first region.

    Raises `UnhealthyError` when one does not; no alias has been moved by then. `known`: nothing has
    changed since a deployment that came to its end.
    """
    # an alias that nobody has moved yet serves what has come with its stack
    fresh = [each for each in moves if each.changes or not (known or each.before.description)]
    bad = not_starting(to, manifest, stack, region, {each.function: each.version for each in fresh})
    if not bad:
        return
    before = {each.function for each in moves if each.changes}
    behind = before >= {each.new.function for each in bad}
    what, why = told(bad, stack.name, region)
    raise UnhealthyError(
        what,
        why=why,
        state=f"{manifest.environment} there serves "
        f"{'what it served before' if behind else 'what does not start'}; "
        "no other region was begun",
        # without --environment: what failed is behind no alias any more
        hint=f"`sam-deploy logs {bad[0].new.name} --region {region} --since 5m` "
        "shows more; correct it, then run `sam-deploy deploy` again",
    )


def not_starting(
    to: Delivering,
    manifest: Manifest,
    stack: StackPlan,
    region: str,
    versions: Mapping[str, str],
) -> tuple[NotStarted, ...]:
    """Return which versions do not start, of function -> version; only the first region is asked.

    Functions without our runtime module, such as those of SAM templates, are not asked either.
    """
    if region != stack.first_region:
        return ()
    news = [
        New(each.name, each.function_name, versions[each.function_name])
        for each in manifest.functions_of(stack.name)
        if each.answers_start and each.function_name in versions
    ]
    return release.not_starting(news, to.aws, region, to.report, to.stop)


def told(bad: Sequence[NotStarted], stack: str, region: str) -> tuple[str, str]:
    """Return what is wrong, and why."""
    what = f"`{bad[0].new.name}`" if len(bad) == 1 else plural(len(bad), "function")
    does = "does" if len(bad) == 1 else "do"
    lines = [f"`{each.new.name}`, version {each.new.version}: {each.why}" for each in bad]
    return f"{what} of `{stack}` in `{region}` {does} not start", "\n".join(lines)


def guard_health(
    to: Delivering,
    manifest: Manifest,
    stack: StackPlan,
    outcome: StackOutcome,
    moved: Sequence[Moved],
) -> None:
    """The API of a stack's first region answers, with what was just released.

    Raises `UnhealthyError` when it does not; the aliases that were moved are where they were
    before by then, and no other region has been begun.
    """
    need = manifest.templates[stack.name].health
    if need is None or outcome.region != stack.first_region:
        return
    told = outcome.outputs.get(need.outputs.get(manifest.environment, ""), "")
    if not told:
        return
    url = to.address(outcome.region, told).rstrip("/") + need.path
    since_ms, logs = watching.now_ms(), _logs(manifest, moved)
    try:
        said = release.unhealthy(
            url,
            to.report,
            to.stop,
            region=outcome.region,
            hopeless=lambda: watching.unloadable(logs, since_ms, to.aws, to.stop),
        )
    except BaseException:
        # Ctrl-C before it has answered: dev must not stay on what nobody has seen work
        _put_back(to, moved)
        raise
    if not said:
        to.report(Note(f"{outcome.region} GET {url}: healthy", region=outcome.region))
        return
    back = _put_back(to, moved)
    cause = watching.last_failure(logs, since_ms, to.aws, to.stop)
    why = f"{said}\n{cause}" if cause else said
    raise _not_working(outcome, manifest.environment, why, len(back))


def _not_working(outcome: StackOutcome, environment: str, why: str, back: int) -> UnhealthyError:
    serves = (
        f"its old versions of {plural(back, 'function')} again" if back else "what does not answer"
    )
    return UnhealthyError(
        f"`{outcome.stack}` in `{outcome.region}` does not work as deployed",
        why=why,
        state=f"{environment} there serves {serves}; no other region was begun",
        # without --environment: what failed is behind no alias any more
        hint=f"`sam-deploy logs --region {outcome.region} --since 5m` "
        "shows why; correct it, then run `sam-deploy deploy` again",
    )


def _logs(manifest: Manifest, moved: Sequence[Moved]) -> list[Source]:
    """Return the logs of the versions that were just released."""
    names = {each.function_name: each.name for each in manifest.functions}
    return [
        Source(
            region=each.region,
            function=names.get(each.function, each.function),
            group=f"/aws/lambda/{each.function}",
            versions=frozenset({each.version}),
        )
        for each in moved
    ]


def _put_back(to: Delivering, moved: Sequence[Moved]) -> tuple[Moved, ...]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return release.put_back(moved, to.aws, mark=f"put back {now}: unhealthy", report=to.report)
