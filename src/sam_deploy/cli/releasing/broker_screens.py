"""What a broker guards, and whether it can be gone around, as people read it. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sam_deploy.amounts import plural

if TYPE_CHECKING:
    from sam_deploy.broker.around import Around
    from sam_deploy.broker.client import Guarding
    from sam_deploy.broker.function.settings import BrokerSettings
    from sam_deploy.broker.guard import BrokerNames


def after_template(out: Path, names: BrokerNames, program: str) -> str:
    """Return what to do with a template that was written."""
    deploy = f"deploy --template {out} --stack-name {names.name} --region {names.region}"
    return (
        f"`{out}`: the broker of {names.app}, for {names.region}\n\n"
        f"next: {program} {deploy} --target aws\n"
        f"      {program} broker policy people"
    )


def differences(wanted: BrokerSettings, said: Guarding) -> tuple[str, ...]:
    """Return in words what the broker does not guard, or guards too much, by `deploy.py`."""
    found = []
    if wanted.app != said.app:
        return (f"it is the broker of {said.app}, not of {wanted.app}",)
    for alias in dict.fromkeys([*wanted.guarded, *said.guarded]):
        here, there = wanted.guarded.get(alias, {}), said.guarded.get(alias, {})
        for function in dict.fromkeys([*here, *there]):
            now, then = set(here.get(function, ())), set(there.get(function, ()))
            found += [f"does not know {alias} of {function} in {each}" for each in now - then]
            found += [f"knows {alias} of {function} in {each}, too" for each in then - now]
    if wanted.recipients != said.recipients:
        found.append(f"asks {', '.join(said.recipients)}")
    return tuple(sorted(found))


def status_text(where: str, said: Guarding, stale: tuple[str, ...], around: Around) -> str:
    """Return what is guarded, what differs, what went past, and what you could do."""
    lines = [f"Broker `{where}` of {said.app}, account {said.account}, by {said.tool_version}", ""]
    for alias, functions in said.guarded.items():
        places = sum(len(regions) for regions in functions.values())
        lines.append(
            f"  guards {alias}: {plural(len(functions), 'function')}, "
            f"{plural(places, 'alias', 'aliases')}; codes this hour: "
            f"{said.codes_this_hour.get(alias, 0)}"
        )
    lines.append(f"  asks {', '.join(said.recipients)}")
    if stale:
        lines += ["", "It is not as `deploy.py` says; write its template again, and deploy it:"]
        lines += [f"  {each}" for each in stale]
    if said.around:
        lines += ["", "Moved past the broker:"]
        lines += [f"  {each}" for each in said.around]
    lines += ["", *_around_lines(around)]
    return "\n".join(lines)


def _around_lines(around: Around) -> list[str]:
    if around.unknown:
        return [f"Whether {around.who} could go around it is not known: {around.unknown}"]
    if not around.ways:
        looked = "aliases, the broker's own parts, and this caller's own policies"
        return [f"{around.who} cannot go around it, by what was looked at: {looked}"]
    return [f"{around.who} COULD GO AROUND IT:", *(f"  {each}" for each in around.ways)]


def status_json(
    where: str, said: Guarding, stale: tuple[str, ...], around: Around
) -> dict[str, Any]:
    """Return the same as a document. Schema: docs/reference/json.md."""
    return {
        "broker": where,
        "app": said.app,
        "account": said.account,
        "tool_version": said.tool_version,
        "guarded": {
            alias: {function: list(regions) for function, regions in functions.items()}
            for alias, functions in said.guarded.items()
        },
        "recipients": list(said.recipients),
        "codes_this_hour": dict(said.codes_this_hour),
        "differences": list(stale),
        "moved_past": list(said.around),
        "caller": around.who,
        "around": None if around.unknown else list(around.ways),
        "around_unknown": around.unknown or None,
    }
