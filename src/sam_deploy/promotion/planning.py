"""Decides what a promotion or rollback writes, and whether it may be. Pure.

Everything that speaks against it is said at once, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import __version__
from sam_deploy.amounts import percent
from sam_deploy.aws import FunctionState
from sam_deploy.config.model import App
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.history import ReleaseRecord
from sam_deploy.promotion.model import Act, Flip, ReleasePlan, Strategy, Version
from sam_deploy.promotion.reading import Seen, Sight, version_of
from sam_deploy.release import marks

LATEST: Final = "$LATEST"
USUAL: Final = Strategy()
ALL_OR_NONE: Final = "a promotion is for all regions or none"
AGAIN: Final = "run it again when they answer"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan says beside its flips."""

    act: Act
    app: str
    account: str
    caller: str
    home_region: str
    environment: str
    alias: str
    source: str
    nonce: str
    strategy: Strategy = USUAL
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def caller_of(arn: str) -> str:
    """Return who a plan is made for: of an assumed role without the name of the session.

    `arn:aws:sts::1234:assumed-role/ci/run-17` is somebody else with each run of a pipeline. The
    role's own ARN, `arn:aws:iam::1234:role/path/ci`, means whoever assumes it.
    """
    head, role, rest = arn.partition(":assumed-role/")
    if role:
        return f"{head}{role}{rest.split('/')[0]}"
    head, role, rest = arn.partition(":role/")
    if role and head.split(":")[2:3] == ["iam"]:
        return f"{head.replace(':iam:', ':sts:', 1)}:assumed-role/{rest.rsplit('/')[-1]}"
    return arn


def plan(frame: Frame, sight: Sight, after: Sequence[Version]) -> ReleasePlan:
    """Return the plan that lets every spot serve the version in its place of `after`."""
    flips = tuple(
        Flip(
            region=each.spot.region,
            function=each.spot.function,
            name=each.spot.name,
            alias=frame.alias,
            before=_before(each),
            after=version,
            revision_id=each.alias.revision_id if each.alias else "",
            description=each.alias.description if each.alias else "",
            weights=each.alias.weights if each.alias else (),
        )
        for each, version in zip(sight.seen, after, strict=True)
    )
    regions = dict.fromkeys(each.region for each in flips)
    return ReleasePlan(
        act=frame.act,
        app=frame.app,
        account=frame.account,
        caller=caller_of(frame.caller),
        home_region=frame.home_region,
        environment=frame.environment,
        source=frame.source,
        regions=tuple(sorted(regions, key=lambda each: each != frame.home_region)),
        flips=flips,
        nonce=frame.nonce,
        tool_version=__version__,
        strategy=frame.strategy,
        without=frame.without,
        only=frame.only,
    )


def _before(seen: Seen) -> Version:
    if seen.serves is None and seen.alias is not None:
        return Version(seen.alias.version)  # it was deleted since
    return version_of(seen.serves)


def refuse(
    what: str, sight: Sight, problems: Sequence[str], hint: str, silent_hint: str = ALL_OR_NONE
) -> None:
    """Raise one error for all that is in the way: regions that do not answer, and `problems`.

    `silent_hint` begins the hint when some do not answer, and nothing else is in the way.
    """
    silent = [each for each in sight.seen if each.failed is not None]
    lines = list(dict.fromkeys(_silent(each) for each in silent))
    if not lines and not problems:
        return
    only_silent = bool(lines) and not problems
    kind: type[SamDeployError] = UnreachableError if only_silent else RefusedError
    every = (*lines, *problems)
    # what the call without an answer advises: it knows of faults in the embedded cloud
    again = next((each.failed.hint for each in silent if each.failed and each.failed.hint), AGAIN)
    raise kind(
        what,
        why=every[0] if len(every) == 1 else f"{len(every)} things are in the way",
        state="nothing was changed",
        problems=every if len(every) > 1 else (),
        hint=f"{silent_hint}; {again}" if only_silent else hint,
    )


def _silent(seen: Seen) -> str:
    return f"`{seen.spot.region}` cannot be read: {seen.failed}"


def way_to(app: App, environment: str) -> str:
    """Return the command that brings an environment to one and the same state in all regions."""
    promoted = {each.name for each in app.environments if each.promote_from}
    return f"promote {environment}" if environment in promoted else "deploy"


def promotion_problems(sight: Sight, environment: str, source: str, way: str) -> Iterator[str]:
    """Yield what speaks against letting an environment serve what its source serves.

    `way` is the command that puts the source right (`way_to`).
    """
    there = [each for each in sight.seen if each.failed is None]
    for each in there:
        if each.alias is None:
            where = _where(each)
            yield f"{where} has no alias `{environment}`: deploy the app to that region first"
    yield from source_problems(sight, source, way)


def source_problems(sight: Sight, source: str, way: str) -> Iterator[str]:
    """Yield what speaks against promoting what an environment serves, wherever it goes."""
    for each in sight.seen:
        if each.failed is None:
            yield from _source_problems(each, _where(each), source, way)
    yield from differences(sight, [each.comes for each in sight.seen], source, way)


def _where(seen: Seen) -> str:
    return f"`{seen.spot.name}` in `{seen.spot.region}`"


def _source_problems(seen: Seen, where: str, source: str, way: str) -> Iterator[str]:
    alias = seen.source
    if alias is None:
        yield f"{where} has no alias `{source}`: nothing was brought to {source} yet"
        return
    if alias.version == LATEST:
        yield f"{where}: `{source}` points at {LATEST}, which changes; run `{way}`"
        return
    if alias.weights:
        shares = ", ".join(f"version {name}: {percent(part)}" for name, part in alias.weights)
        yield f"{where}: `{source}` serves several versions (also {shares}); end that shift first"
    if marks.is_hot(alias):
        yield f"{where}: `{source}` serves code of `deploy --watch`, of no stack; run `{way}`"
    yield from version_problems(seen.comes, alias.version, where)


def version_problems(state: FunctionState | None, number: str, where: str) -> Iterator[str]:
    """Yield why a version cannot be served: it is gone, has failed, or is not ready yet."""
    if state is None:
        yield f"{where}: version {number} does not exist any more"
    elif not state.settled:
        reason = f" ({state.reason})" if state.reason else ""
        now = state.state if state.state not in {"Active", "Inactive"} else state.update_status
        yield f"{where}: version {number} is {now}{reason}, not Active"


def differences(
    sight: Sight, states: Sequence[FunctionState | None], source: str, way: str
) -> Iterator[str]:
    """Yield the functions whose code or configuration is not the same in all regions."""
    everywhere = "run `deploy` for all regions" if way == "deploy" else f"run `{way}`"
    by_name: dict[str, list[tuple[str, FunctionState]]] = {}
    for seen, state in zip(sight.seen, states, strict=True):
        if state is not None:
            by_name.setdefault(seen.spot.name, []).append((seen.spot.region, state))
    for name, found in by_name.items():
        for what in ("code", "layers", "memory or timeout"):
            groups: dict[object, list[str]] = {}
            for region, state in found:
                groups.setdefault(_compared(what, sight, state), []).append(region)
            if len(groups) > 1:
                sides = " and ".join(", ".join(regions) for regions in groups.values())
                yield (
                    f"`{name}`: {source} has other {what} in {sides}: "
                    f"a region is behind; {everywhere}"
                )
                break


def untold(sight: Sight, record: ReleaseRecord | None) -> tuple[str, ...]:
    """Return where a source is not what its newest release record says: a sentence a function.

    What was promoted then is not what that release was tested as. A function or region that the
    record does not tell of came later, and is none.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in sight.seen:
        spot = each.spot
        known = record.image.get(spot.source_function, {}).get(spot.region) if record else None
        if each.source is not None and known and known.version != each.source.version:
            key = (spot.name, each.source.version, known.version)
            found.setdefault(key, []).append(spot.region)
    return tuple(
        f"`{name}`: {record.environment} serves version {now} in {', '.join(regions)}, and not "
        f"version {then}, which {record.id} has put there: it was moved by other means"
        for (name, now, then), regions in found.items()
        if record
    )


def _compared(what: str, sight: Sight, state: FunctionState) -> object:
    if what == "code":
        return state.code_sha256
    if what == "layers":
        return sight.content(state.layers)
    return state.memory_mb, state.timeout_seconds


def spread(flips: Sequence[Flip]) -> dict[str, list[Flip]]:
    """Return the flips of each function, by its name in `deploy.py`."""
    found: dict[str, list[Flip]] = {}
    for each in flips:
        found.setdefault(each.name, []).append(each)
    return found
