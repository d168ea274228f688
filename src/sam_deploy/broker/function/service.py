"""The operations of a broker: begin, confirm, move, status. JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.approval.code import Code, read
from sam_deploy.approval.letter import letter
from sam_deploy.approval.moments import spoken
from sam_deploy.approval.subject import Subject
from sam_deploy.broker.function.codes import (
    AN_HOUR,
    KEPT_SECONDS,
    Entered,
    Postman,
    Seals,
    UnsentLetter,
    agreed_seconds,
    codes_key,
    counted,
    mailed,
    new_code_fields,
    plan_key,
    sealed,
    tried,
    withdrawn,
)
from sam_deploy.broker.function.held import held_against
from sam_deploy.broker.function.moves import AskedMove, allowed_by, came_around, moved_on
from sam_deploy.broker.function.plans import (
    AskedPlan,
    Lambdas,
    SeenAlias,
    SeenVersion,
    alias_key,
    plan_lines,
    plan_read,
    seconds_of_steps,
)
from sam_deploy.broker.function.rows import BrokerRefusal, Rows, changed
from sam_deploy.broker.function.settings import BrokerSettings

SECONDS_A_MINUTE: Final = 60
DESCRIPTION_MOST: Final = 256


@dataclass(frozen=True, slots=True)
class BrokerParts:
    """What a broker works with. `now` is Unix seconds."""

    settings: BrokerSettings
    account: str
    rows: Rows
    lambdas: Lambdas
    seals: Seals
    postman: Postman
    now: Callable[[], float]
    new_code: Callable[[], Code] = Code
    at_once: Callable[..., Iterable[Any]] = map


def answer(parts: BrokerParts, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what came of an operation; a refusal is an answer, too."""
    operations = {"begin": _begin, "confirm": _confirm, "move": _move, "status": _status}
    try:
        operation = operations.get(str(asked.get("do")))
        if operation is None:
            raise BrokerRefusal("refused", "The broker does not know this operation")
        try:
            return operation(parts, asked)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BrokerRefusal(
                "refused",
                "The broker does not understand what is asked",
                type(error).__name__,
                "use the sam-deploy that has written the broker's template",
            ) from None
    except BrokerRefusal as refusal:
        return {
            "refused": {
                "kind": refusal.kind,
                "what": refusal.what,
                "why": refusal.why,
                "hint": refusal.hint,
            }
        }


def _begin(parts: BrokerParts, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A plan is known, and its code on the way to the recipients."""
    settings, now = parts.settings, parts.now()
    plan = plan_read(str(asked["plan"]), settings, parts.account)
    before = parts.rows.get(plan_key(plan.digest))
    known = before.body if before else {}
    _refuse_void(known)
    begun_before = bool(known.get("agreed"))
    held_against(plan, parts.lambdas, settings, begun=begun_before, at_once=parts.at_once)
    around = _around(parts, plan)
    good = agreed_seconds(settings, float(asked.get("hours", 0)), seconds_of_steps(plan))
    identity = counted(parts.rows, settings, plan.environment, plan.digest, now)
    code, until = parts.new_code(), now + settings.minutes * SECONDS_A_MINUTE
    mac = sealed(parts.seals, plan.digest, identity, code.revealed())
    fields = {
        "environment": plan.environment,
        "moves": {each.key: each.kept() for each in plan.moves},
        "agreed_seconds": good,
        **new_code_fields(until, identity, mac),
    }

    def begun(row: dict[str, Any]) -> dict[str, Any]:
        _refuse_void(row)
        return {**row, **fields}

    changed(parts.rows, plan_key(plan.digest), begun, now + good + KEPT_SECONDS)
    subject = _subject(parts, plan, plan_lines(plan, around, spoken(now + good)))
    twice = _post(parts, plan, subject, code, until, identity)
    whom = {"recipients": list(settings.recipients), "attempts": settings.attempts}
    return {
        "digest": plan.digest,
        "until": until,
        "minutes": settings.minutes,
        "twice": twice,
        **whom,
    }


def _post(
    parts: BrokerParts, plan: AskedPlan, subject: Subject, code: Code, until: float, identity: str
) -> bool:
    written = letter(subject, code, minutes=parts.settings.minutes, until=until)
    try:
        return mailed(parts.postman, written)
    except UnsentLetter as error:
        if not error.lost:
            withdrawn(parts.rows, plan.environment, identity)
        raise BrokerRefusal(
            "approval",
            f"The one-time code was not sent: mail not accepted: {error.code}",
            error.why,
            f"correct the cause (SES in {parts.settings.sender_region}, sender "
            f"{parts.settings.sender}), then run the same command again",
        ) from None


def _subject(parts: BrokerParts, plan: AskedPlan, lines: tuple[str, ...]) -> Subject:
    return Subject(
        act=f"Promote to {plan.environment}",
        app=parts.settings.app,
        environment=plan.environment,
        account=parts.account,
        # Lambda does not tell a function who calls it; CloudTrail does
        caller=f"{plan.caller} (by its own account)",
        regions=tuple(dict.fromkeys(each.region for each in plan.moves)),
        lines=lines,
        digest=plan.digest,
    )


def _refuse_void(row: Mapping[str, Any]) -> None:
    if row.get("void"):
        raise BrokerRefusal(
            "void",
            "The plan is void",
            "its code was entered wrongly too often",
            "run the command again: it makes a new plan",
        )


def _confirm(parts: BrokerParts, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A code was entered. Six digits that are wrong count; anything else does not."""
    digits = read(str(asked["code"]))
    if digits is None:
        raise BrokerRefusal("malformed", "That is no code: it has six digits, 0 to 9")
    entered = Entered(str(asked["digest"]), digits, str(asked.get("entry", "")))
    came = tried(parts.rows, parts.seals, parts.settings, entered, parts.now())
    return {"outcome": came.outcome, "left": came.left}


def _move(parts: BrokerParts, asked: Mapping[str, Any]) -> dict[str, Any]:
    """One alias serves something else, if that is allowed."""
    move, settings = _asked_move(asked), parts.settings
    if (move.region, move.function) not in settings.places:
        raise BrokerRefusal(
            "unknown",
            f"The broker does not know `{move.function}` in `{move.region}`",
            "it came after the broker's template was written",
            "write the template again (`sam-deploy broker template`), and deploy it",
        )
    current = parts.lambdas.alias(move.region, move.function, move.alias)
    if current is None:
        raise BrokerRefusal(
            "ResourceNotFoundException",
            f"`{move.function}` in `{move.region}` has no alias `{move.alias}`",
        )
    if move.revision_id and move.revision_id != current.revision_id:
        raise BrokerRefusal(
            "PreconditionFailedException",
            f"`{move.alias}` of `{move.function}` in `{move.region}` has been changed since",
        )
    how = "free"
    if settings.guards(move.region, move.function, move.alias):
        how = _guarded(parts, move, current)
    made = parts.lambdas.move(
        move.region, move.function, move.alias, move.to, move.description, current.revision_id
    )
    return {"alias": _told(made), "how": how}


def _guarded(parts: BrokerParts, move: AskedMove, current: SeenAlias) -> str:
    """Return why a guarded alias may be moved. What it serves now is on record before it is."""
    key = f"alias/{alias_key(move.region, move.function, move.alias)}"
    row = parts.rows.get(key)
    plan = parts.rows.get(plan_key(move.digest)) if move.digest else None

    def seen(number: str) -> SeenVersion | None:
        return parts.lambdas.version(move.region, move.function, number)

    known = row.body if row else {}
    how = allowed_by(move, current, known, plan.body if plan else None, parts.now(), seen)
    changed(parts.rows, key, lambda found: moved_on(found, current, move.to))
    return how


def _asked_move(asked: Mapping[str, Any]) -> AskedMove:
    weights = tuple(sorted((str(version), float(part)) for version, part in asked["weights"]))
    return AskedMove(
        region=str(asked["region"]),
        function=str(asked["function"]),
        alias=str(asked["alias"]),
        to=(str(asked["version"]), weights),
        description=str(asked["description"])[:DESCRIPTION_MOST],
        revision_id=str(asked.get("revision_id", "")),
        digest=str(asked.get("digest", "")),
    )


def _told(alias: SeenAlias) -> dict[str, Any]:
    return {
        "version": alias.version,
        "weights": [list(each) for each in alias.weights],
        "description": alias.description,
        "revision_id": alias.revision_id,
    }


def _around(parts: BrokerParts, plan: AskedPlan) -> list[str]:
    return _moved_around(parts, [(each.region, each.function, each.alias) for each in plan.moves])


def _moved_around(parts: BrokerParts, aliases: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return what is to be said of aliases that somebody has moved past the broker."""

    def look(which: tuple[str, str, str]) -> str:
        row = parts.rows.get(f"alias/{alias_key(*which)}")
        if row is None:
            return ""
        current = parts.lambdas.alias(*which)
        region, function, name = which
        if current is None or not came_around(row.body, current):
            return ""
        return f"{name} of {function} in {region} serves version {current.version} past the broker"

    return [each for each in parts.at_once(look, list(aliases)) if each]


def _status(parts: BrokerParts, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is guarded, who is asked, and what was moved past the broker."""
    del asked
    settings = parts.settings
    every = [
        (region, function, alias)
        for alias, functions in settings.guarded.items()
        for function, regions in functions.items()
        for region in regions
    ]
    return {
        "app": settings.app,
        "account": parts.account,
        "guarded": {
            alias: {function: list(regions) for function, regions in functions.items()}
            for alias, functions in settings.guarded.items()
        },
        "recipients": list(settings.recipients),
        "sender": settings.sender,
        "tool_version": settings.tool_version,
        "codes_this_hour": {alias: _sent_this_hour(parts, alias) for alias in settings.guarded},
        "around": _moved_around(parts, every),
    }


def _sent_this_hour(parts: BrokerParts, environment: str) -> int:
    row = parts.rows.get(codes_key(environment))
    sent = row.body.get("sent", []) if row else []
    return sum(parts.now() - float(each[1]) < AN_HOUR for each in sent)
